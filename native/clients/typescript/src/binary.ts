// Bodies of bytes: a vector then costs its copy, not its digits. Little-endian; native/server/binary.ts is the
// other side.
import type {EpisodeInput, Hit} from "./types.ts";

export const VECTOR_TYPE = "application/vnd.engram.vector";
export const EPISODES_TYPE = "application/vnd.engram.episodes";
export const HITS_TYPE = "application/vnd.engram.hits";

const F32_BYTES = 4;
const U32_BYTES = 4;
const U16_BYTES = 2;

/** DataView, since the host's own order may be the other. */
function putFloats(view: DataView, at: number, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) view.setFloat32(at + i * F32_BYTES, values[i] as number, true);
}

export function encodeVector(vector: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(vector.length * F32_BYTES);
  putFloats(new DataView(bytes.buffer), 0, vector);
  return bytes;
}

/** u32 n, n bytes of JSON without the embeddings, then the embeddings. All of the batch have one. */
export function encodeEpisodes(episodes: readonly EpisodeInput[]): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(
    JSON.stringify({episodes: episodes.map(({embedding: _, ...rest}) => rest)}),
  );
  const floats = episodes.reduce((sum, {embedding}) => sum + (embedding?.length ?? 0), 0);
  const bytes = new Uint8Array(U32_BYTES + json.length + floats * F32_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, json.length, true);
  bytes.set(json, U32_BYTES);
  let at = U32_BYTES + json.length;
  for (const {embedding = []} of episodes) {
    putFloats(view, at, embedding);
    at += embedding.length * F32_BYTES;
  }
  return bytes;
}

/** u32 n, n scores as f32, then n ids, each a u16 length and UTF-8. */
export function decodeHits(buffer: ArrayBuffer): Hit[] {
  const view = new DataView(buffer);
  const text = new TextDecoder();
  const n = view.getUint32(0, true);
  let at = U32_BYTES + n * F32_BYTES;
  return Array.from({length: n}, (_, i) => {
    const length = view.getUint16(at, true);
    const id = text.decode(new Uint8Array(buffer, at + U16_BYTES, length));
    at += U16_BYTES + length;
    return {id, score: view.getFloat32(U32_BYTES + i * F32_BYTES, true)};
  });
}
