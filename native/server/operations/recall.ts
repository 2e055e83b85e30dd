// Recall of /v1: the nearest episodes to a vector by cosine, ids and scores. It stays as it is beside the recall of
// /v2 (memory.ts), which takes any cue and says why: what a caller needs who shows or weighs answers.
import type {Filter} from "../../engine.ts";
import {decodeVector, encodeHitList, HITS_TYPE, VECTOR_TYPE} from "../binary.ts";
import {operation} from "../operation.ts";
import {Hits, RecallInput, RecallQuery, SpaceParams} from "../schemas.ts";

export const recallOperation = operation({
  id: "recall",
  method: "POST",
  path: "/spaces/{space}/recall",
  versions: ["v1"],
  deprecated: {
    versions: ["v1"],
    since: "2026-11-25",
    sunset: "2027-11-25",
    successor: "/v2/spaces/{space}/recall",
  },
  summary: "Nearest episodes to a vector by cosine, best first.",
  verb: "read",
  cost: "search",
  params: SpaceParams,
  query: RecallQuery,
  body: RecallInput,
  binaryBody: {
    contentType: VECTOR_TYPE,
    description: "one little-endian f32 per dimension; k, ef and exact stand in the query",
    whole: true,
    decode: (bytes, {dimension}) => ({vector: decodeVector(bytes, dimension) as unknown as number[]}),
  },
  answer: Hits,
  binaryAnswer: {
    contentType: HITS_TYPE,
    description: "u32 n, n scores as f32, then n ids, each a u16 length and UTF-8; little-endian",
    encode: encodeHitList,
  },
  async handle({space, query, body: {vector, ...options}}) {
    const found = await space.recall({...query, ...filtered(options), vector: Float32Array.from(vector)});
    return {hits: found.ids.map((id, i) => ({id, score: found.scores[i] as number}))};
  },
});

/** The schema is the engine's own filter. */
const filtered = <T extends object>(options: T) => options as T & Filter;
