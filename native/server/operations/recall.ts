// Recall: the nearest episodes by cosine. /v1 takes a vector and answers ids and scores, and stays as it is; /v2 takes
// any cue, told by its kind, and each hit says why it came: what a caller needs who shows or weighs answers.
import type {Static} from "@sinclair/typebox";
import {type Filter, NotFoundError, type Space} from "../../engine.ts";
import {decodeVector, encodeHitList, HITS_TYPE, VECTOR_TYPE} from "../binary.ts";
import {RefusedError} from "../error.ts";
import {operation} from "../operation.ts";
import {type CueInput, Hits, Hits2, RecallInput, RecallInput2, RecallQuery, SpaceParams} from "../schemas.ts";

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

/** Errors: an episode that is not there, or has no vector to go by. */
function vectorOf(space: Space, cue: Static<typeof CueInput>): Float32Array | undefined {
  if (cue.kind === "newest") return undefined;
  if (cue.kind === "vector") return Float32Array.from(cue.vector);
  const episode = space.get(cue.id);
  if (episode === undefined)
    throw new NotFoundError(`there is no episode "${cue.id}"`, "not_found", "store it first");
  if (episode.embedding === null)
    throw new RefusedError(
      400,
      "invalid_argument",
      `episode "${cue.id}" has no embedding`,
      "use another cue",
    );
  return episode.embedding;
}

export const recallOperations = [
  recallOperation,
  operation({
    id: "recall2",
    method: "POST",
    path: "/spaces/{space}/recall",
    versions: ["v2"],
    summary: "Episodes that a cue brings to mind, best first, each with why it came.",
    verb: "read",
    cost: "search",
    params: SpaceParams,
    body: RecallInput2,
    answer: Hits2,
    async handle({space, body: {cue, ...options}}) {
      const vector = vectorOf(space, cue);
      const found = await space.recall({...filtered(options), ...(vector === undefined ? {} : {vector})});
      const why = {
        by: vector === undefined ? ("recency" as const) : ("similarity" as const),
        cue: cue.kind,
        ...(cue.kind === "episode" ? {from: cue.id} : {}),
      };
      return {
        hits: found.ids.map((id, i) => {
          const score = found.scores[i] as number;
          return {id, kind: "episode" as const, score, similarity: vector === undefined ? null : score, why};
        }),
      };
    },
  }),
];
