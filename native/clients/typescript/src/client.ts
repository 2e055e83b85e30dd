// The client: one class per noun, one method per operation of the API.
import {decodeHits, EPISODES_TYPE, encodeEpisodes, encodeVector, HITS_TYPE, VECTOR_TYPE} from "./binary.ts";
import {Memory} from "./memory.ts";
import {type CallOptions, type Request, Transport, type TransportOptions} from "./transport.ts";
import type {
  Activated,
  BackupDone,
  Change,
  Durability,
  Edge,
  EdgeInput,
  EdgeKey,
  Episode,
  EpisodeInput,
  Hit,
  Page,
  ReachInput,
  RecallOptions,
  Restored,
  RestorePoint,
  SpaceStats,
  SpaceSummary,
  SpreadInput,
  Written,
} from "./types.ts";

export interface ClientOptions extends TransportOptions {
  /** Of the API; `v1` where absent. */
  version?: "v1" | "v2";
}

export interface WriteOptions extends CallOptions {
  durability?: Durability;
}

export class Client {
  readonly #transport: Transport;
  readonly #version: string;

  constructor({version = "v1", ...options}: ClientOptions) {
    this.#transport = new Transport(options);
    this.#version = version;
  }

  async spaces(options: CallOptions = {}): Promise<SpaceSummary[]> {
    const {spaces} = await this.#transport.json<{spaces: SpaceSummary[]}>(
      {method: "GET", path: `/${this.#version}/spaces`},
      options,
    );
    return spaces;
  }

  /** A handle; nothing is asked of the server. */
  space(id: string): Space {
    return new Space(this.#transport, this.#version, `/spaces/${encodeURIComponent(id)}`);
  }

  /** Whether the server can be worked with: not while it starts, drains or cannot write. */
  async ready(options: CallOptions = {}): Promise<boolean> {
    try {
      return (await this.#transport.json<{ready: boolean}>({method: "GET", path: "/ready"}, options)).ready;
    } catch (error) {
      if (error instanceof Error && "status" in error && error.status === 503) return false;
      throw error;
    }
  }
}

export class Space {
  /** What is remembered of it as a whole: concepts, answers, completion, recognition. */
  readonly memory: Memory;
  private readonly path: string;
  private readonly first: string;

  /** `path`: below the version. @internal */
  constructor(
    private readonly transport: Transport,
    version: string,
    path: string,
  ) {
    this.path = `/${version}${path}`;
    this.first = `/v1${path}`;
    this.memory = new Memory(transport, this.path, `/v2${path}`);
  }

  /** Makes the space; the same again changes nothing. Errors: ConflictError for another dimension. */
  make(dimension: number, options: CallOptions = {}): Promise<SpaceSummary> {
    return this.transport.json({method: "PUT", path: this.path, body: {dimension}}, options);
  }

  stats(options: CallOptions = {}): Promise<SpaceStats> {
    return this.transport.json({method: "GET", path: this.path}, options);
  }

  /** Stores one episode; an id that is there is replaced. Durable and searchable when it resolves. */
  store(episode: EpisodeInput, options: WriteOptions = {}): Promise<Written & {id: string}> {
    return this.#write("/episodes", named(episode), options);
  }

  /** Stores all or none; all with an embedding or none. */
  storeBatch(
    episodes: readonly EpisodeInput[],
    options: WriteOptions = {},
  ): Promise<Written & {ids: string[]}> {
    const batch = episodes.map(named);
    if (!batch.every(({embedding}) => embedding !== undefined))
      return this.#write("/episodes/batch", {episodes: batch}, options);
    return this.#send(
      {path: "/episodes/batch", bytes: {type: EPISODES_TYPE, data: encodeEpisodes(batch)}},
      options,
    );
  }

  /** Errors: NotFoundError. */
  get(id: string, {embedding, ...options}: CallOptions & {embedding?: boolean} = {}): Promise<Episode> {
    return this.transport.json({method: "GET", path: this.#episode(id), query: {embedding}}, options);
  }

  /** Every episode in the order of the ids, behind `after`, as they come: nothing is sent that is not read. A
   *  stream that breaks goes on behind the last one. Leave the loop to end it. */
  scan({
    after,
    embedding,
    ...options
  }: CallOptions & {after?: string; embedding?: boolean} = {}): AsyncGenerator<Episode> {
    return this.transport.lines<Episode>(
      (last) => ({method: "GET", path: `${this.path}/scan`, query: {after: last?.id ?? after, embedding}}),
      options,
    );
  }

  /** One page of the same; `next` is the next page's `after`, null at the end. */
  page({
    after,
    limit,
    embedding,
    ...options
  }: CallOptions & {after?: string; limit?: number; embedding?: boolean} = {}): Promise<Page> {
    return this.transport.json(
      {method: "GET", path: `${this.path}/episodes`, query: {after, limit, embedding}},
      options,
    );
  }

  /** Deletes with vector and edges, or with `weaken` in (0, 1) multiplies the strength. Unknown ids are no error. */
  forget(
    ids: readonly string[],
    {weaken, ...options}: WriteOptions & {weaken?: number} = {},
  ): Promise<Written> {
    return this.#write("/forget", {ids, weaken}, options);
  }

  delete(id: string, {durability, ...options}: WriteOptions = {}): Promise<Written> {
    return this.transport.json(
      {method: "DELETE", path: this.#episode(id), query: {durability}, write: true},
      options,
    );
  }

  /** Adds edges or sets their weights; both ends must exist. */
  link(edges: readonly EdgeInput[], options: WriteOptions & {at?: number} = {}): Promise<Written> {
    const {at, ...rest} = options;
    return this.#write("/edges", {edges, at}, rest);
  }

  unlink(edges: readonly EdgeKey[], options: WriteOptions = {}): Promise<Written> {
    return this.#write("/edges/unlink", {edges}, options);
  }

  /** Edges that leave an episode, by relation and target. */
  async edges(id: string, options: CallOptions = {}): Promise<Edge[]> {
    const {edges} = await this.transport.json<{edges: Edge[]}>(
      {method: "GET", path: `${this.#episode(id)}/edges`},
      options,
    );
    return edges;
  }

  /** Every durable change in order: from record `from` on, or what comes. A stream that breaks goes on behind the
   *  last one; without `from` nothing is known of what happened before the first. Leave the loop to end it. Errors:
   *  an EngramError of code `compacted` where the log begins later. */
  watch({from, ...options}: CallOptions & {from?: number} = {}): AsyncGenerator<Change> {
    return this.transport.lines<Change>(
      (last) => ({
        method: "GET",
        path: `${this.path}/watch`,
        query: {from: last === undefined ? from : last.sequence + 1},
      }),
      options,
    );
  }

  /** Nearest episodes by cosine, best first; the vector goes as bytes, and the hits come so. It is of the first version of the API and
   *  deprecated there: `memory.answer` takes its place. */
  async recall(
    vector: ArrayLike<number>,
    {k, ef, exact, ...options}: RecallOptions & CallOptions = {},
  ): Promise<Hit[]> {
    return decodeHits(
      await this.transport.bytes(
        {
          method: "POST",
          path: `${this.first}/recall`,
          query: {k, ef, exact},
          bytes: {type: VECTOR_TYPE, data: encodeVector(vector)},
          accept: HITS_TYPE,
        },
        options,
      ),
    );
  }

  spread(input: SpreadInput, options: CallOptions = {}): Promise<Activated> {
    return this.#ask("/spread", input, options);
  }

  /** Ids of the distinct episodes within 1…hops edges, without the start. */
  async reach(input: ReachInput, options: CallOptions = {}): Promise<string[]> {
    return (await this.#ask<{ids: string[]}>("/reach", input, options)).ids;
  }

  /** Makes everything acknowledged as `async` durable. */
  async sync(options: CallOptions = {}): Promise<void> {
    await this.#ask("/sync", undefined, options);
  }

  async snapshot(options: CallOptions = {}): Promise<void> {
    await this.#ask("/snapshot", undefined, options);
  }

  /** Errors: what does not agree. */
  async verify(options: CallOptions = {}): Promise<void> {
    await this.#ask("/verify", undefined, options);
  }

  /** Brings the backup of this name up to all that was acknowledged: whole at first, then what is new. */
  backup(name: string, options: CallOptions = {}): Promise<BackupDone> {
    return this.#ask("/backup", {backup: name}, options);
  }

  /** Makes this space, which must not be there, out of a backup. Sent again after its answer was lost it finds the
   *  space there. Errors: ConflictError for that. */
  restore(name: string, {sequence, time, ...options}: CallOptions & RestorePoint = {}): Promise<Restored> {
    return this.#ask("/restore", {backup: name, sequence, time}, options);
  }

  #episode(id: string): string {
    return `${this.path}/episodes/${encodeURIComponent(id)}`;
  }

  #ask<T>(path: string, body: unknown, options: CallOptions): Promise<T> {
    return this.transport.json({method: "POST", path: this.path + path, body}, options);
  }

  #write<T>(path: string, body: unknown, options: WriteOptions): Promise<T> {
    return this.#send({path, body}, options);
  }

  #send<T>({path, ...rest}: Pick<Request, "path" | "body" | "bytes">, options: WriteOptions): Promise<T> {
    const {durability, ...call} = options;
    return this.transport.json(
      {method: "POST", path: this.path + path, query: {durability}, write: true, ...rest},
      call,
    );
  }
}

/** With an id, and its embedding as JSON can tell it. */
function named({id = crypto.randomUUID(), embedding, ...rest}: EpisodeInput): EpisodeInput & {id: string} {
  return {id, ...rest, ...(embedding === undefined ? {} : {embedding: Array.from(embedding)})};
}
