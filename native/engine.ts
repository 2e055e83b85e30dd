// The typed face of engram: one class per noun, typed arrays in and out, work off the main thread, errors as
// classes with a code and a remedy. Contract: engine.md.
import {existsSync} from "node:fs";
import {createRequire} from "node:module";
import {fileURLToPath} from "node:url";

/** Base of all errors of the engine: `code` is stable, `remedy` says what mends it. */
export class EngramError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}
/** A value is of the wrong shape or out of range; the message names it. */
export class InvalidArgumentError extends EngramError {}
/** An id, space or relation that must exist does not. */
export class NotFoundError extends EngramError {}
/** The space exists with other settings, or another engine has the directory. */
export class ConflictError extends EngramError {}
/** The disk is full, failed, or an earlier sync failed: no more writes until it is opened again. */
export class StorageError extends EngramError {}
/** What was synced can no longer be read back; the space is read-only. */
export class DamagedError extends EngramError {}

const CLASSES: Record<string, new (message: string, code: string, remedy: string) => EngramError> = {
  invalid_argument: InvalidArgumentError,
  too_large: InvalidArgumentError,
  not_found: NotFoundError,
  conflict: ConflictError,
  locked: ConflictError,
  read_only: StorageError,
  disk_full: StorageError,
  io: StorageError,
  poisoned: StorageError,
  damaged: DamagedError,
  unsupported_version: DamagedError,
};

function typed(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("remedy" in error)) return error;
  const Class = CLASSES[String(error.code)] ?? EngramError;
  return new Class(error.message, String(error.code), String(error.remedy));
}

async function settle<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw typed(error);
  }
}

function now<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw typed(error);
  }
}

interface NativeSpace {
  store(
    ids: string[],
    embeddings: Float32Array | null,
    at: Float64Array,
    contents: string[],
    attributes: Attributes[],
    confidences: Float64Array,
    durability: number,
  ): Promise<number>;
  link(
    from: string[],
    to: string[],
    relation: string,
    weights: Float32Array,
    at: number,
    durability: number,
  ): Promise<number>;
  unlink(from: string[], to: string[], relation: string, durability: number): Promise<number>;
  forget(ids: string[], durability: number, suppress: boolean, factor: number): Promise<number>;
  scan(after: string, limit: number): Episode[];
  edges(id: string): Edge[];
  snapshot(): Promise<void>;
  verify(): Promise<void>;
  get(id: string): Episode | undefined;
  recall(
    vector: Float32Array,
    k: number,
    ef: number,
    exact: boolean,
  ): Promise<{ordinals: Uint32Array; scores: Float32Array}>;
  recallSync(
    vector: Float32Array,
    k: number,
    ef: number,
    exact: boolean,
    ordinals: Uint32Array,
    scores: Float32Array,
  ): number;
  spread(
    ids: string[],
    activations: Float32Array,
    depth: number,
    cutoff: number,
    fan: number,
    arcBudget: number,
    limit: number,
  ): Promise<{ordinals: Uint32Array; scores: Float32Array; truncated: boolean}>;
  reach(id: string, hops: number, inwards: boolean, relation: string): Promise<Uint32Array>;
  reachSync(id: string, hops: number, inwards: boolean, relation: string): Uint32Array;
  ids(ordinals: Uint32Array): string[];
  stats(): Stats;
  damage(): Error | null;
  sync(): Promise<void>;
}

interface NativeEngine {
  space(id: string, dimension: number): Promise<NativeSpace>;
  spaces(): string[];
  close(): Promise<void>;
}

interface Native {
  Engine: new (directory: string) => NativeEngine;
  traceStart(): void;
  traceStop(): Float64Array;
}

const ADDON = fileURLToPath(new URL("./build/engram.node", import.meta.url));

function native(): Native {
  if (!existsSync(ADDON))
    throw new EngramError(
      `the native core is not built: ${ADDON} is missing`,
      "not_built",
      "run npm run build:native",
    );
  return createRequire(import.meta.url)(ADDON) as Native;
}

/** `fsync` and `group`: durable when acknowledged (group shares the flush); `async`: durable at the next. */
export type Durability = "fsync" | "group" | "async";
const DURABILITIES: Record<Durability, number> = {fsync: 0, group: 1, async: 2};

export type Fan = "none" | "linear" | "sqrt";
const FANS: Record<Fan, number> = {none: 0, linear: 1, sqrt: 2};

export type Attributes = Record<string, string | number | boolean>;

export interface Episode {
  id: string;
  /** f32[d], or null for a node of the graph only. */
  embedding: Float32Array | null;
  /** Milliseconds since 1970. */
  at: number;
  content: string;
  attributes: Attributes;
  /** 0…1. */
  confidence: number;
  strength: number;
}

export interface Edge {
  to: string;
  relation: string;
  /** −1…1. */
  weight: number;
}

export interface EpisodeInput {
  id: string;
  embedding?: Float32Array | null;
  at?: number;
  content?: string;
  attributes?: Attributes;
  confidence?: number;
}

export interface EpisodeBatch {
  /** n ids. */
  ids: string[];
  /** n × d, row-major; absent: nodes of the graph only. */
  embeddings?: Float32Array;
  at?: Float64Array;
  contents?: string[];
  attributes?: Attributes[];
  confidences?: Float64Array;
}

export interface EdgeBatch {
  from: string[];
  to: string[];
  relation: string;
  /** n weights in [−1, 1]; 1 where absent. */
  weights?: Float32Array;
  at?: number;
}

export interface Cue {
  /** f32[d]; need not have unit length. */
  vector: Float32Array;
  /** 1…10,000. */
  k?: number;
  /** Candidates kept by the approximate search: more is slower and more exact. */
  ef?: number;
  /** Scan everything: the truth that recall is measured against. */
  exact?: boolean;
}

export interface Spreading {
  seeds: {ids: string[]; activations?: Float32Array};
  /** 1…4. */
  depth?: number;
  cutoff?: number;
  fan?: Fan;
  arcBudget?: number;
  limit?: number;
}

export interface Reaching {
  id: string;
  /** 1…3. */
  hops: number;
  direction?: "out" | "in";
  relation?: string;
}

export interface Stats {
  episodes: number;
  vectors: number;
  edges: number;
  logBytes: number;
  logSyncs: number;
  vectorBytes: number;
  indexBytes: number;
  sequence: number;
  durable: number;
  cutBytes: number;
  /** Equal states have equal digests. */
  digest: string;
}

const K_DEFAULT = 10;
const SCAN_LIMIT_DEFAULT = 1_000;
const WEAKEN_DEFAULT = 0.5;
const DEPTH_DEFAULT = 4;
const CUTOFF_DEFAULT = 0.01;
const ARC_BUDGET_DEFAULT = 1_000_000;
const LIMIT_DEFAULT = 4_294_967_295;

/** An answer: ordinals and scores, best first; ids are looked up when asked for. */
export class Hits {
  constructor(
    readonly ordinals: Uint32Array,
    /** Cosine for recall, activation for spreading. */
    readonly scores: Float32Array,
    private readonly names: (ordinals: Uint32Array) => string[],
    /** A budget ended the search before it was through. */
    readonly truncated = false,
  ) {}

  get length(): number {
    return this.ordinals.length;
  }

  get ids(): string[] {
    return this.names(this.ordinals);
  }
}

function positive(value: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value > LIMIT_DEFAULT)
    throw new InvalidArgumentError(
      `${name} is ${value}`,
      "invalid_argument",
      "pass a whole number, not below zero",
    );
  return value;
}

function lengths(n: number, columns: Record<string, {length: number} | undefined>): void {
  for (const [name, column] of Object.entries(columns))
    if (column !== undefined && column.length !== n)
      throw new InvalidArgumentError(
        `${name} has ${column.length} entries for ${n} items`,
        "invalid_argument",
        "pass one entry per item",
      );
}

/** One durable set of episodes. Get it from Engine.space(). */
export class Space {
  readonly #native: NativeSpace;
  readonly #durability: Durability;

  /** @internal */
  constructor(
    handle: NativeSpace,
    readonly id: string,
    readonly dimension: number,
    durability: Durability,
  ) {
    this.#native = handle;
    this.#durability = durability;
  }

  /** Stores one episode; an id that is there is replaced. Resolves when it is durable and searchable. */
  store(episode: EpisodeInput, options: {durability?: Durability} = {}): Promise<{sequence: number}> {
    return this.storeBatch(
      {
        ids: [episode.id],
        ...(episode.embedding ? {embeddings: episode.embedding} : {}),
        ...(episode.at === undefined ? {} : {at: Float64Array.of(episode.at)}),
        ...(episode.content === undefined ? {} : {contents: [episode.content]}),
        ...(episode.attributes === undefined ? {} : {attributes: [episode.attributes]}),
        ...(episode.confidence === undefined ? {} : {confidences: Float64Array.of(episode.confidence)}),
      },
      options,
    );
  }

  /** Stores n episodes, all or none. Throws InvalidArgumentError naming the first that is wrong. */
  async storeBatch(batch: EpisodeBatch, {durability = this.#durability}: {durability?: Durability} = {}) {
    const n = batch.ids.length;
    const {at, contents, attributes, confidences, embeddings} = batch;
    lengths(n, {at, contents, attributes, confidences});
    if (embeddings !== undefined && embeddings.length !== n * this.dimension)
      throw new InvalidArgumentError(
        `embeddings has ${embeddings.length} values for ${n} episodes of dimension ${this.dimension}`,
        "invalid_argument",
        `pass ${n * this.dimension} values, row-major`,
      );
    return settle(async () => ({
      sequence: await this.#native.store(
        batch.ids,
        embeddings ?? null,
        at ?? new Float64Array(n),
        contents ?? new Array<string>(n).fill(""),
        attributes ?? new Array<Attributes>(n).fill({}),
        confidences ?? new Float64Array(n).fill(1),
        DURABILITIES[durability],
      ),
    }));
  }

  /** Adds edges or sets their weights; both ends must exist. All or none. */
  async linkBatch(edges: EdgeBatch, {durability = this.#durability}: {durability?: Durability} = {}) {
    const n = edges.from.length;
    lengths(n, {to: edges.to, weights: edges.weights});
    const weights = edges.weights ?? new Float32Array(n).fill(1);
    return settle(async () => ({
      sequence: await this.#native.link(
        edges.from,
        edges.to,
        edges.relation,
        weights,
        edges.at ?? 0,
        DURABILITIES[durability],
      ),
    }));
  }

  link(
    edge: {from: string; to: string; relation: string; weight?: number; at?: number},
    options: {durability?: Durability} = {},
  ) {
    const {from, to, relation, weight = 1, at = 0} = edge;
    return this.linkBatch({from: [from], to: [to], relation, weights: Float32Array.of(weight), at}, options);
  }

  async unlink(
    edge: {from: string; to: string; relation: string},
    {durability = this.#durability}: {durability?: Durability} = {},
  ) {
    return settle(async () => ({
      sequence: await this.#native.unlink([edge.from], [edge.to], edge.relation, DURABILITIES[durability]),
    }));
  }

  /** Deletes episodes with their vectors and edges, or with `weaken` multiplies their strength by a number in
   *  (0, 1). Ids that are not there are no error. */
  async forget(
    ids: string[],
    {durability = this.#durability, weaken}: {durability?: Durability; weaken?: number} = {},
  ) {
    const suppress = weaken !== undefined;
    return settle(async () => ({
      sequence: await this.#native.forget(ids, DURABILITIES[durability], suppress, weaken ?? WEAKEN_DEFAULT),
    }));
  }

  get(id: string): Episode | undefined {
    return now(() => this.#native.get(id));
  }

  /** Up to `limit` episodes in the order of their ids, beginning behind the cursor `after`, the last id of the
   *  page before. */
  scan({after = "", limit = SCAN_LIMIT_DEFAULT}: {after?: string; limit?: number} = {}): Episode[] {
    return now(() => this.#native.scan(after, positive(limit, "limit")));
  }

  /** Edges that leave an episode, by relation and target. */
  edges(id: string): Edge[] {
    return now(() => this.#native.edges(id));
  }

  /** Nearest episodes by cosine, off the main thread. */
  async recall({vector, k = K_DEFAULT, ef = 0, exact = false}: Cue): Promise<Hits> {
    const [wanted, width] = [positive(k, "k"), positive(ef, "ef")];
    const {ordinals, scores} = await settle(() => this.#native.recall(vector, wanted, width, exact));
    return new Hits(ordinals, scores, (list) => this.ids(list));
  }

  /** The same in this thread, into arrays of the caller: for the shortest path. Returns how many were found. */
  recallSync(
    {vector, k = K_DEFAULT, ef = 0, exact = false}: Cue,
    ordinals: Uint32Array,
    scores: Float32Array,
  ): number {
    return now(() => this.#native.recallSync(vector, k, ef, exact, ordinals, scores));
  }

  /** Bounded spreading activation from seeds; strongest first, seeds included. */
  async spread({
    seeds,
    depth = DEPTH_DEFAULT,
    cutoff = CUTOFF_DEFAULT,
    fan = "linear",
    arcBudget = ARC_BUDGET_DEFAULT,
    limit = LIMIT_DEFAULT,
  }: Spreading): Promise<Hits> {
    const activations = seeds.activations ?? new Float32Array(seeds.ids.length).fill(1);
    lengths(seeds.ids.length, {activations});
    const found = await settle(() =>
      this.#native.spread(
        seeds.ids,
        activations,
        positive(depth, "depth"),
        cutoff,
        FANS[fan],
        positive(arcBudget, "arcBudget"),
        positive(limit, "limit"),
      ),
    );
    return new Hits(found.ordinals, found.scores, (list) => this.ids(list), found.truncated);
  }

  /** Ordinals of the distinct nodes within 1…hops edges, without the start. */
  async reach({id, hops, direction = "out", relation = ""}: Reaching): Promise<Uint32Array> {
    return settle(() => this.#native.reach(id, positive(hops, "hops"), direction === "in", relation));
  }

  reachSync({id, hops, direction = "out", relation = ""}: Reaching): Uint32Array {
    return now(() => this.#native.reachSync(id, positive(hops, "hops"), direction === "in", relation));
  }

  /** Ids of ordinals from an answer; empty where the episode is gone since. */
  ids(ordinals: Uint32Array): string[] {
    return this.#native.ids(ordinals);
  }

  stats(): Stats {
    return this.#native.stats();
  }

  /** Why the space is read-only; null when it is sound. */
  get damage(): EngramError | null {
    return typed(this.#native.damage()) as EngramError | null;
  }

  /** Writes the whole state beside the log, durably, and drops the log it replaces; opening then reads the snapshot
   *  and what came after. */
  async snapshot(): Promise<void> {
    await settle(() => this.#native.snapshot());
  }

  /** Compares ids, vectors, index and graph with each other. Throws EngramError where they disagree. */
  async verify(): Promise<void> {
    await settle(() => this.#native.verify());
  }

  /** Makes everything acknowledged as `async` durable. */
  async sync(): Promise<void> {
    await settle(() => this.#native.sync());
  }
}

/** A directory of spaces, open in one process at a time. */
export class Engine {
  readonly #native: NativeEngine;
  readonly #durability: Durability;

  private constructor(handle: NativeEngine, durability: Durability) {
    this.#native = handle;
    this.#durability = durability;
  }

  /** Opens or makes the directory. Throws ConflictError when another engine has it. */
  static async open(
    directory: string,
    {durability = "group"}: {durability?: Durability} = {},
  ): Promise<Engine> {
    const {Engine: Handle} = native();
    return new Engine(
      now(() => new Handle(directory)),
      durability,
    );
  }

  /** Opens the space or makes it. Throws ConflictError when it has another dimension. */
  async space(id: string, {dimension}: {dimension: number}): Promise<Space> {
    const handle = await settle(() => this.#native.space(id, positive(dimension, "dimension")));
    return new Space(handle, id, dimension, this.#durability);
  }

  spaces(): string[] {
    return now(() => this.#native.spaces());
  }

  /** Syncs and closes every space. */
  async close(): Promise<void> {
    await settle(() => this.#native.close());
  }
}

/** Where the time of each asynchronous call went, in the order they were made: n of each. Times on the clock of
 *  process.hrtime, ns. */
export interface Trace {
  queued: Float64Array;
  /** A thread of the pool took it up. */
  began: Float64Array;
  ended: Float64Array;
  /** The main thread took up the answer. */
  answered: Float64Array;
  /** Waited for other readers or writers, for the disk; CPU time. Lengths within began…ended, ns. */
  lock: Float64Array;
  sync: Float64Array;
  cpu: Float64Array;
}

const TRACE_COLUMNS = ["queued", "began", "ended", "answered", "lock", "sync", "cpu"] as const;

/** Begins to trace every asynchronous call of this process; `stop` once, when all have been answered. */
export function startTrace(): {stop(): Trace} {
  const {traceStart, traceStop} = native();
  traceStart();
  return {
    stop() {
      const rows = traceStop();
      const width = TRACE_COLUMNS.length;
      const column = (at: number) =>
        Float64Array.from({length: rows.length / width}, (_, row) => rows[row * width + at] as number);
      return Object.fromEntries(TRACE_COLUMNS.map((name, at) => [name, column(at)])) as unknown as Trace;
    },
  };
}
