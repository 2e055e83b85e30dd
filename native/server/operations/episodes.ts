// Episodes: store, read, scan, forget.
import {createHash, randomUUID} from "node:crypto";
import type {Static} from "@sinclair/typebox";
import {
  ConflictError,
  type EpisodeBatch as EngineBatch,
  type Episode as EngineEpisode,
  NotFoundError,
} from "../../engine.ts";
import {
  type DecodedBatch,
  type DecodedEpisode,
  decodeEpisode,
  decodeEpisodes,
  EPISODE_TYPE,
  EPISODES_TYPE,
} from "../binary.ts";
import {RefusedError} from "../error.ts";
import {BATCH_BODY_MAX_BYTES} from "../limits.ts";
import {type Call, operation, writing} from "../operation.ts";
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

const DRAWN_ID_CHARACTERS = 32;
const SCAN_LIMIT_DEFAULT = 100;

/** Columns as the engine takes them. Vectors come as one array already where the body was binary. */
export function columns(
  batch: DecodedBatch,
  dimension: number,
  now: (id: string) => number,
  key?: string,
): EngineBatch {
  const {episodes} = batch;
  const ids = episodes.map(({id}, i) => id ?? drawId(key, i));
  // A field of that name in a JSON body is one that is not known.
  const embeddings = batch.embeddings instanceof Float32Array ? batch.embeddings : rows(episodes, dimension);
  return {
    ids,
    ...(embeddings === undefined ? {} : {embeddings}),
    at: Float64Array.from(episodes, ({at}, i) => at ?? now(ids[i] as string)),
    contents: episodes.map(({content}) => content ?? ""),
    attributes: episodes.map(({attributes}) => attributes ?? {}),
    confidences: Float64Array.from(episodes, ({confidence}) => confidence ?? 1),
  };
}

/** A repeated request must draw the same id again. */
function drawId(key: string | undefined, index: number): string {
  return key === undefined
    ? randomUUID()
    : createHash("sha256").update(`${key}\n${index}`).digest("hex").slice(0, DRAWN_ID_CHARACTERS);
}

/** Stores what the body says. An episode without a time gets the server's, unless the request came before: then the
 *  one it got first. */
async function store(
  {
    space,
    query,
    now,
    key,
  }: Pick<Call<unknown, Static<typeof WriteQuery>, unknown>, "space" | "query" | "now" | "key">,
  body: DecodedBatch,
): Promise<{ids: string[]; sequence: number}> {
  const options = writing({query, now, key});
  const attempt = async (at: (id: string) => number) => {
    const batch = columns(body, space.dimension, at, key);
    return {ids: batch.ids, ...(await space.storeBatch(batch, options))};
  };
  try {
    return await attempt(() => now);
  } catch (error) {
    if (!(error instanceof ConflictError) || key === undefined) throw error;
    return attempt((id) => space.get(id)?.at ?? now);
  }
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
    binaryBody: {
      contentType: EPISODE_TYPE,
      description:
        "u32 length of a JSON EpisodeInput without embedding, that JSON, then f32 per dimension; little-endian",
      decode: (bytes, {dimension}) => decodeEpisode(bytes, dimension) as DecodedEpisode,
    },
    answer: Stored,
    async handle(call) {
      const {embeddings, ...episode} = call.body as DecodedEpisode;
      const {ids, sequence} = await store(call, {
        episodes: [episode],
        ...(embeddings === undefined ? {} : {embeddings}),
      });
      return {id: ids[0] as string, sequence};
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
    handle: (call) => store(call, call.body),
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
    handle: ({body: {ids, weaken}, ...call}) =>
      call.space.forget(ids, {...writing(call), ...(weaken === undefined ? {} : {weaken})}),
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
    handle: (call) => call.space.forget([call.params.id], writing(call)),
  }),
];
