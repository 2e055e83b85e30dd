import {COUNT_MAX, lengths, positive} from "./checks.ts";
import {type EngramError, InvalidArgumentError, now, settle, typed} from "./errors.ts";
import {Hits} from "./hits.ts";
import type {NativeSpace} from "./native.ts";
import {
  type Attributes,
  type Cue,
  DURABILITIES,
  type Durability,
  type Edge,
  type EdgeBatch,
  type Episode,
  type EpisodeBatch,
  type EpisodeInput,
  FANS,
  type Reaching,
  type Spreading,
  type Stats,
} from "./types.ts";

const K_DEFAULT = 10;
const SCAN_LIMIT_DEFAULT = 1_000;
const WEAKEN_DEFAULT = 0.5;
const DEPTH_DEFAULT = 4;
const CUTOFF_DEFAULT = 0.01;
const ARC_BUDGET_DEFAULT = 1_000_000;

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
