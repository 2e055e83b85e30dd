// Bodies of bytes beside JSON: what a vector costs to read is then its copy. All numbers are little-endian.
//
//   application/vnd.engram.vector    f32 × d                                       a cue
//   application/vnd.engram.episodes  u32 n, n bytes of JSON, f32 × (episodes × d)  a batch: JSON without its embeddings
//   application/vnd.engram.episode   u32 n, n bytes of JSON, f32 × d               one of these
//   application/vnd.engram.hits      u32 n, f32 × n scores, n × (u16 length, id)   an answer to recall
import type {Static} from "@sinclair/typebox";
import {RefusedError} from "./error.ts";
import {parseJson} from "./json.ts";
import type {EpisodeBatch, EpisodeInput, Hits} from "./schemas.ts";

export const VECTOR_TYPE = "application/vnd.engram.vector";
export const EPISODES_TYPE = "application/vnd.engram.episodes";
export const EPISODE_TYPE = "application/vnd.engram.episode";
export const HITS_TYPE = "application/vnd.engram.hits";

const F32_BYTES = 4;
const U32_BYTES = 4;
const U16_BYTES = 2;
const BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

function malformed(message: string, remedy: string): RefusedError {
  return new RefusedError(400, "invalid_argument", message, remedy);
}

/** Floats from `offset`, copied into `values`: the bytes may lie at any address. Errors: one that is not finite. */
function floats(bytes: Buffer, offset: number, values: Float32Array<ArrayBuffer>): Float32Array {
  const copy = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  bytes.copy(copy, 0, offset, offset + copy.length);
  // Nothing times zero is zero, unless it is not finite: one look at the sum finds whether to look closer.
  let nothing = 0;
  for (let i = 0; i < values.length; i++) nothing += (values[i] as number) * 0;
  if (nothing !== 0) {
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    throw malformed(`value ${wrong} of the vector is ${values[wrong]}`, "send finite numbers");
  }
  return values;
}

/** f32[d]. `into`: an array of that length to use instead of a new one. Errors: another length. */
export function decodeVector(
  bytes: Buffer,
  dimension: number,
  into = new Float32Array(dimension),
): Float32Array {
  if (bytes.length !== dimension * F32_BYTES)
    throw malformed(
      `the vector has ${bytes.length} bytes, the space has ${dimension} dimensions`,
      `send ${dimension * F32_BYTES} bytes: ${dimension} little-endian f32`,
    );
  return floats(bytes, 0, into);
}

/** A batch whose vectors are one array, episodes × d, row-major. */
export type DecodedBatch = Static<typeof EpisodeBatch> & {embeddings?: Float32Array};
/** One with its vector. */
export type DecodedEpisode = Static<typeof EpisodeInput> & {embeddings?: Float32Array};

/** JSON with its length before it and vectors behind it. `count`: how many vectors the JSON asks for. */
function withVectors(bytes: Buffer, dimension: number, count: (json: unknown) => number): unknown {
  const length = bytes.length < U32_BYTES ? Number.POSITIVE_INFINITY : bytes.readUInt32LE(0);
  if (U32_BYTES + length > bytes.length)
    throw malformed(
      `the body has ${bytes.length} bytes, its header asks for more`,
      "begin with the length of the JSON as u32",
    );
  const json = parseJson(bytes.subarray(U32_BYTES, U32_BYTES + length));
  const rest = bytes.length - U32_BYTES - length;
  const vectors = count(json);
  if (rest !== vectors * dimension * F32_BYTES)
    throw malformed(
      Number.isNaN(vectors)
        ? "the JSON before the vectors is no episode and no list of them"
        : `${rest} bytes follow the JSON, which lists ${vectors} episodes`,
      `send JSON as it is without vectors, then ${dimension} little-endian f32 for each episode`,
    );
  return {
    ...(json as object),
    embeddings: floats(bytes, U32_BYTES + length, new Float32Array(vectors * dimension)),
  };
}

export function decodeEpisodes(bytes: Buffer, dimension: number): unknown {
  return withVectors(bytes, dimension, (json) => {
    const count = (json as {episodes?: {length?: unknown}} | null)?.episodes?.length;
    return typeof count === "number" ? count : Number.NaN;
  });
}

export function decodeEpisode(bytes: Buffer, dimension: number): unknown {
  return withVectors(bytes, dimension, (json) =>
    typeof json === "object" && json !== null && !Array.isArray(json) ? 1 : Number.NaN,
  );
}

/** Ids and scores, best first. */
export function encodeHits(ids: readonly string[], scores: ArrayLike<number>): Buffer {
  const n = ids.length;
  let size = U32_BYTES + n * F32_BYTES;
  for (const id of ids) size += U16_BYTES + Buffer.byteLength(id);
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeUInt32LE(n, 0);
  for (let i = 0; i < n; i++) bytes.writeFloatLE(scores[i] as number, U32_BYTES + i * F32_BYTES);
  let at = U32_BYTES + n * F32_BYTES;
  for (const id of ids) {
    const written = bytes.write(id, at + U16_BYTES);
    bytes.writeUInt16LE(written, at);
    at += U16_BYTES + written;
  }
  return bytes;
}

/** Not ASCII: UTF-8 is then longer than the text. */
const WIDE = /[^\0-\x7f]/;
const HEAD_HITS_MAX = 1_024;
const head = Buffer.alloc(U32_BYTES + HEAD_HITS_MAX * F32_BYTES);
const headFloats = new Float32Array(HEAD_HITS_MAX);
const headFloatBytes = Buffer.from(headFloats.buffer);

/** The same as text whose letters are the bytes (latin1): what leaves in one write with its head. Ids of ASCII, as
 *  most are, are joined as they are. */
export function hitsLetters(ids: readonly string[], scores: ArrayLike<number>): string {
  const n = ids.length;
  let names = "";
  for (const id of ids) names += String.fromCharCode(id.length & 0xff, id.length >> 8) + id;
  if (n > HEAD_HITS_MAX || WIDE.test(ids.join(""))) return encodeHits(ids, scores).toString("latin1");
  head.writeUInt32LE(n, 0);
  for (let i = 0; i < n; i++) headFloats[i] = scores[i] as number;
  if (BIG_ENDIAN) headFloatBytes.subarray(0, n * F32_BYTES).swap32();
  headFloatBytes.copy(head, U32_BYTES, 0, n * F32_BYTES);
  return head.toString("latin1", 0, U32_BYTES + n * F32_BYTES) + names;
}

export function encodeHitList({hits}: Static<typeof Hits>): Buffer {
  return encodeHits(
    hits.map(({id}) => id),
    hits.map(({score}) => score),
  );
}
