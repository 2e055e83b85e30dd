// Reads the JSON of a recall on the short path: the digits of its vector natively into one reused array, the rest
// as any body. Both readers give the same floats and the same refusals.
import {native} from "../engine/native.ts";
import {parseJson} from "./json.ts";

const {jsonNumbers} = native();
const NULL = Buffer.from("null");

/** f32[d] and the rest of the body, where `vector` is null; nothing where only the plain reader can tell. */
export interface ReadCue {
  vector: Float32Array;
  rest: {vector: null; k?: number; ef?: number; exact?: boolean};
}

const span = new Uint32Array(3);
/** {"vector": null} and nothing else: what most bodies are, without their vector. */
const VECTOR_ONLY = Buffer.from('{"vector":}');

/** `scratch` has as many floats as the space has dimensions; the vector is a view of it. */
export function readCue(body: Buffer, scratch: Float32Array): ReadCue | undefined {
  if (!jsonNumbers(body, "vector", scratch, span)) return undefined;
  const [begin, end, count] = span as unknown as [number, number, number];
  if (count !== scratch.length) return undefined;
  if (isVectorOnly(body, begin, end)) return {vector: scratch, rest: {vector: null}};
  const rest = parsed(Buffer.concat([body.subarray(0, begin), NULL, body.subarray(end)]));
  // A second `vector` counts, as it does for any JSON parser.
  return rest?.vector === null ? {vector: scratch, rest} : undefined;
}

/** Nothing where it is wrong: the plain reader says of the whole body where. */
function parsed(bytes: Buffer): ReadCue["rest"] | undefined {
  try {
    return parseJson(bytes) as ReadCue["rest"];
  } catch {
    return undefined;
  }
}

function isVectorOnly(body: Buffer, begin: number, end: number): boolean {
  return (
    body.length - (end - begin) === VECTOR_ONLY.length &&
    begin === VECTOR_ONLY.length - 1 &&
    body.compare(VECTOR_ONLY, 0, begin, 0, begin) === 0
  );
}
