// Episodes: store, read, scan, forget.
import {randomUUID} from "node:crypto";
import type {Static} from "@sinclair/typebox";
import {
  type EpisodeBatch as EngineBatch,
  type Episode as EngineEpisode,
  NotFoundError,
} from "../../engine.ts";
import {type DecodedBatch, decodeEpisodes, EPISODES_TYPE} from "../binary.ts";
import {RefusedError} from "../error.ts";
import {BATCH_BODY_MAX_BYTES} from "../limits.ts";
import {operation} from "../operation.ts";
import {
  EmbeddingQuery,
  Episode,
  EpisodeBatch,
  EpisodeInput,
  EpisodePage,
  EpisodeParams,
  ForgetInput,
  ScanQuery,
  SpaceParams,
  Stored,
  StoredBatch,
  WriteQuery,
  Written,
} from "../schemas.ts";

const SCAN_LIMIT_DEFAULT = 100;

/** Columns as the engine takes them. Vectors come as one array already where the body was binary. */
export function columns(batch: DecodedBatch, dimension: number, now: number): EngineBatch {
  const {episodes} = batch;
  const embeddings = batch.embeddings ?? rows(episodes, dimension);
  return {
    ids: episodes.map(({id}) => id ?? randomUUID()),
    ...(embeddings === undefined ? {} : {embeddings}),
    at: Float64Array.from(episodes, ({at}) => at ?? now),
    contents: episodes.map(({content}) => content ?? ""),
    attributes: episodes.map(({attributes}) => attributes ?? {}),
    confidences: Float64Array.from(episodes, ({confidence}) => confidence ?? 1),
  };
}

/** n × d, or nothing where no episode has a vector. The engine takes all of a batch with vectors or none. */
function rows(
  episodes: Static<typeof EpisodeBatch>["episodes"],
  dimension: number,
): Float32Array | undefined {
  const withVector = episodes.filter(({embedding}) => embedding).length;
  if (withVector === 0) return undefined;
  if (withVector !== episodes.length)
    throw new RefusedError(
      400,
      "invalid_argument",
      `${withVector} of ${episodes.length} episodes have an embedding`,
      "send those without in a batch of their own",
    );
  const matrix = new Float32Array(episodes.length * dimension);
  for (const [row, {embedding}] of episodes.entries()) {
    if (embedding?.length !== dimension)
      throw new RefusedError(
        400,
        "invalid_argument",
        `embedding ${row} has ${embedding?.length} values, the space has ${dimension} dimensions`,
        `send ${dimension} numbers`,
      );
    matrix.set(embedding, row * dimension);
  }
  return matrix;
}

/** As it goes over the wire. */
export function wire(episode: EngineEpisode, withEmbedding: boolean): Static<typeof Episode> {
  const {id, at, content, attributes, confidence, strength, embedding} = episode;
  return {
    ...{id, at, content, attributes, confidence, strength},
    ...(withEmbedding ? {embedding: embedding && Array.from(embedding)} : {}),
  };
}

export const episodeOperations = [
  operation({
    id: "store",
    method: "POST",
    path: "/spaces/{space}/episodes",
    summary: "Stores one episode; an id that is there is replaced. Searchable and durable when answered.",
    verb: "write",
    cost: "write",
    params: SpaceParams,
    query: WriteQuery,
    body: EpisodeInput,
    answer: Stored,
    async handle({space, body, query, now}) {
      const batch = columns({episodes: [body]}, space.dimension, now);
      const {sequence} = await space.storeBatch(batch, query);
      return {id: batch.ids[0] as string, sequence};
    },
  }),
  operation({
    id: "storeBatch",
    method: "POST",
    path: "/spaces/{space}/episodes/batch",
    summary: "Stores episodes, all or none; all with an embedding or none.",
    verb: "write",
    cost: "bulk",
    params: SpaceParams,
    query: WriteQuery,
    body: EpisodeBatch,
    bodyMaxBytes: BATCH_BODY_MAX_BYTES,
    binaryBody: {
      contentType: EPISODES_TYPE,
      description:
        "u32 length of a JSON EpisodeBatch without embeddings, that JSON, then one row of f32 per episode; little-endian",
      decode: (bytes, {dimension}) => decodeEpisodes(bytes, dimension) as DecodedBatch,
    },
    answer: StoredBatch,
    async handle({space, body, query, now}) {
      const batch = columns(body, space.dimension, now);
      const {sequence} = await space.storeBatch(batch, query);
      return {ids: batch.ids, sequence};
    },
  }),
  operation({
    id: "get",
    method: "GET",
    path: "/spaces/{space}/episodes/{id}",
    summary: "One episode by its id.",
    verb: "read",
    cost: "point",
    params: EpisodeParams,
    query: EmbeddingQuery,
    answer: Episode,
    handle({space, params, query}) {
      const episode = space.get(params.id);
      if (episode === undefined)
        throw new NotFoundError(`there is no episode "${params.id}"`, "not_found", "store it first");
      return wire(episode, query.embedding ?? false);
    },
  }),
  operation({
    id: "scan",
    method: "GET",
    path: "/spaces/{space}/episodes",
    summary: "Episodes in the order of their ids, page by page.",
    verb: "read",
    cost: "bulk",
    params: SpaceParams,
    query: ScanQuery,
    answer: EpisodePage,
    handle({space, query: {after = "", limit = SCAN_LIMIT_DEFAULT, embedding = false}}) {
      const episodes = space.scan({after, limit});
      const last = episodes.at(-1);
      return {
        episodes: episodes.map((episode) => wire(episode, embedding)),
        next: last !== undefined && episodes.length === limit ? last.id : null,
      };
    },
  }),
  operation({
    id: "forget",
    method: "POST",
    path: "/spaces/{space}/forget",
    summary: "Deletes episodes with their vectors and edges, or weakens them. Unknown ids are no error.",
    verb: "forget",
    cost: "write",
    params: SpaceParams,
    query: WriteQuery,
    body: ForgetInput,
    answer: Written,
    handle: ({space, body: {ids, weaken}, query}) =>
      space.forget(ids, {...query, ...(weaken === undefined ? {} : {weaken})}),
  }),
  operation({
    id: "delete",
    method: "DELETE",
    path: "/spaces/{space}/episodes/{id}",
    summary: "Deletes one episode with its vector and edges. An unknown id is no error.",
    verb: "forget",
    cost: "write",
    params: EpisodeParams,
    query: WriteQuery,
    answer: Written,
    handle: ({space, params, query}) => space.forget([params.id], query),
  }),
];
