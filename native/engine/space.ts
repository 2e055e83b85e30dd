import {COUNT_MAX, lengths, positive, refuse} from "./checks.ts";
import {type EngramError, InvalidArgumentError, now, settle, typed} from "./errors.ts";
import {Hits} from "./hits.ts";
import {Memory} from "./memory.ts";
import type {NativeListener, NativeSpace, NativeWrite} from "./native.ts";
import {PreparedRecall} from "./prepared.ts";
import {
  type Attributes,
  type Backup,
  type Change,
  type Cue,
  DURABILITIES,
  type Durability,
  type Edge,
  type EdgeBatch,
  type Episode,
  type EpisodeBatch,
  type EpisodeInput,
  FANS,
  type Filter,
  type Metrics,
  type Reaching,
  type Spreading,
  type SpreadingFrom,
  type Stats,
  type TimeCursor,
  type WriteOptions,
} from "./types.ts";
import {changes} from "./watch.ts";

const K_DEFAULT = 10;
const SCAN_LIMIT_DEFAULT = 1_000;
const WEAKEN_DEFAULT = 0.5;
const DEPTH_DEFAULT = 4;
const CUTOFF_DEFAULT = 0.01;
const REVISIT_DEFAULT = 0.93;
const ARC_BUDGET_DEFAULT = 1_000_000;
/** The range of a Date. */
const TIME_MAX_MS = 8.64e15;

/** The part of a cue that is its filter; null when it lets everything through. */
function filterOf({where, from, until, minConfidence}: Filter): Filter | null {
  const given =
    where !== undefined || from !== undefined || until !== undefined || minConfidence !== undefined;
  return given ? ({where, from, until, minConfidence} as Filter) : null;
}

/** One durable set of episodes. Get it from Engine.space(). */
export class Space {
  readonly #native: NativeSpace;
  /** What the space makes of its episodes: concepts, answers to cues of any kind, completion, recognition. */
  readonly memory: Memory;

  /** @internal */
  constructor(
    handle: NativeSpace,
    readonly id: string,
    readonly dimension: number,
    private readonly defaults: {durability: Durability; clock: () => number},
  ) {
    this.#native = handle;
    this.memory = new Memory(
      handle,
      (options) => this.#how(options),
      (filter = {}) => filterOf(filter),
    );
  }

  /** @internal */
  openTo(listener: NativeListener): void {
    now(() => listener.open(this.id, this.#native));
  }

  #how({durability = this.defaults.durability, now: at, key = ""}: WriteOptions): NativeWrite {
    return [DURABILITIES[durability] ?? refuse("durability", durability), at ?? this.defaults.clock(), key];
  }

  /** Stores one episode; an id that is there is replaced. Resolves when it is durable and searchable. */
  store(episode: EpisodeInput, options: WriteOptions = {}): Promise<{sequence: number}> {
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
  async storeBatch(batch: EpisodeBatch, options: WriteOptions = {}): Promise<{sequence: number}> {
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
        ...this.#how(options),
      ),
    }));
  }

  /** Adds edges or sets their weights; both ends must exist. All or none. */
  async linkBatch(edges: EdgeBatch, options: WriteOptions = {}): Promise<{sequence: number}> {
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
        ...this.#how(options),
      ),
    }));
  }

  link(
    edge: {from: string; to: string; relation: string; weight?: number; at?: number},
    options: WriteOptions = {},
  ) {
    const {from, to, relation, weight = 1, at = 0} = edge;
    return this.linkBatch({from: [from], to: [to], relation, weights: Float32Array.of(weight), at}, options);
  }

  /** Removes edges of one relation. All or none; one that is not there is no error. */
  async unlinkBatch(
    edges: Pick<EdgeBatch, "from" | "to" | "relation">,
    options: WriteOptions = {},
  ): Promise<{sequence: number}> {
    lengths(edges.from.length, {to: edges.to});
    return settle(async () => ({
      sequence: await this.#native.unlink(edges.from, edges.to, edges.relation, ...this.#how(options)),
    }));
  }

  unlink(
    edge: {from: string; to: string; relation: string},
    options: WriteOptions = {},
  ): Promise<{sequence: number}> {
    return this.unlinkBatch({from: [edge.from], to: [edge.to], relation: edge.relation}, options);
  }

  /** Deletes episodes with their vectors and edges, or with `weaken` multiplies their strength by a number in
   *  (0, 1). Ids that are not there are no error. */
  async forget(
    ids: string[],
    {weaken, ...options}: WriteOptions & {weaken?: number} = {},
  ): Promise<{sequence: number}> {
    const suppress = weaken !== undefined;
    const factor = weaken ?? WEAKEN_DEFAULT;
    return settle(async () => {
      const [durability, at, key] = this.#how(options);
      return {sequence: await this.#native.forget(ids, durability, suppress, factor, at, key)};
    });
  }

  get(id: string): Episode | undefined {
    return now(() => this.#native.get(id));
  }

  /** Up to `limit` episodes in the order of their ids, beginning behind the cursor `after`, the last id of the
   *  page before. */
  scan({after = "", limit = SCAN_LIMIT_DEFAULT}: {after?: string; limit?: number} = {}): Episode[] {
    return now(() => this.#native.scan(after, positive(limit, "limit")));
  }

  /** Up to `limit` episodes of a span of time (ms since 1970, both included), oldest first, ties by ordinal; `next`
   *  is the cursor of the page behind, null at the end. */
  scanTime({
    from = -TIME_MAX_MS,
    until = TIME_MAX_MS,
    after = null,
    limit = SCAN_LIMIT_DEFAULT,
  }: {
    from?: number;
    until?: number;
    after?: TimeCursor | null;
    limit?: number;
  } = {}): {
    episodes: Episode[];
    next: TimeCursor | null;
  } {
    return now(() => this.#native.scanTime(from, until, after, positive(limit, "limit")));
  }

  /** The changes of this space in order from a sequence number on (default: what comes), without a gap or a
   *  duplicate: first what is past, out of the log, then live. Only what is durable is told. It ends when the signal
   *  aborts or the space closes. Throws CompactedError, with the first sequence that is left, where a snapshot has
   *  replaced the log: then read the present state, and go on from there. */
  watch({from, signal}: {from?: number; signal?: AbortSignal} = {}): AsyncGenerator<Change> {
    return changes(this.#native, from ?? this.stats().sequence + 1, signal);
  }

  /** Edges that leave an episode, by relation and target. */
  edges(id: string): Edge[] {
    return now(() => this.#native.edges(id));
  }

  /** Nearest episodes by cosine among those that meet the filter, off the main thread; without a vector the newest
   *  of them. */
  async recall({vector, k = K_DEFAULT, ef = 0, exact = false, ...rest}: Cue): Promise<Hits> {
    const [wanted, width] = [positive(k, "k"), positive(ef, "ef")];
    const {ordinals, scores} = await settle(async () =>
      this.#native.recall(vector ?? null, wanted, width, exact, filterOf(rest)),
    );
    return new Hits(ordinals, scores, (list) => this.ids(list));
  }

  /** The same in this thread, into arrays of the caller: for the shortest path. Returns how many were found. */
  recallSync(cue: Cue & {vector: Float32Array}, ordinals: Uint32Array, scores: Float32Array): number {
    const {vector, k = K_DEFAULT, ef = 0, exact = false} = cue; // not the rest: to make an object of it takes time
    return now(() => this.#native.recallSync(vector, k, ef, exact, filterOf(cue), ordinals, scores));
  }

  /** Readies a recall in this thread that is asked again and again: what it needs crosses into the engine once. Write
   *  each cue into its `vector`. */
  prepareRecall({k = K_DEFAULT, ef = 0, exact = false, ...rest}: Omit<Cue, "vector"> = {}): PreparedRecall {
    return new PreparedRecall(now(() => this.#native.prepareRecall(k, ef, exact, filterOf(rest))));
  }

  /** Bounded spreading activation from seeds; strongest first, seeds included. */
  async spread({
    seeds,
    depth = DEPTH_DEFAULT,
    cutoff = CUTOFF_DEFAULT,
    fan = "linear",
    arcBudget = ARC_BUDGET_DEFAULT,
    limit = COUNT_MAX,
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

  /** Spreading in this thread, into an array of the caller: the strongest, as many as it holds, the start among
   *  them. Returns how many were found. */
  spreadSync(
    {
      id,
      depth = DEPTH_DEFAULT,
      cutoff = CUTOFF_DEFAULT,
      fan = "linear",
      revisit = REVISIT_DEFAULT,
    }: SpreadingFrom,
    ordinals: Uint32Array,
  ): number {
    return now(() =>
      this.#native.spreadSync(id, positive(depth, "depth"), cutoff, FANS[fan], revisit, ordinals),
    );
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
    return now(() => this.#native.ids(ordinals));
  }

  /** Counts, bytes and the state of log and index, at once. */
  stats(): Stats {
    return this.#native.stats();
  }

  /** How long each operation took since the space was opened. */
  metrics(): Metrics {
    return this.#native.metrics();
  }

  /** Of the whole state: equal states have equal digests. Reads everything. */
  async digest(): Promise<string> {
    return settle(() => this.#native.digest());
  }

  /** Brings the backup in that directory up to all that was acknowledged: whole at first, then what is new. Writers
   *  and readers go on meanwhile. Throws ConflictError when the directory holds anything else; a call that fails
   *  leaves the backup as it was. Engine.restore() makes a space of it. */
  async backup(directory: string): Promise<Backup> {
    return settle(async () => this.#native.backup(directory));
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

  /** Reads everything: compares ids, attributes, vectors, index and graph with each other, and reads the snapshot and
   *  every record of the log back from the disk. Throws EngramError where they disagree, DamagedError where the disk
   *  no longer gives what it was given. */
  async verify(): Promise<void> {
    await settle(() => this.#native.verify());
  }

  /** Makes everything acknowledged as `async` durable. */
  async sync(): Promise<void> {
    await settle(() => this.#native.sync());
  }
}
