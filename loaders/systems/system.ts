// The one interface every system under test implements. A system is a folder here: index.ts (this
// interface), card.ts (what it is), and the lock file of its own packages where it needs any; nothing else
// changes when one is added.

/** What a system can be asked; one it lacks is absent from its configurations. */
export type Scenario = "search" | "walk" | "spread" | "hybrid" | "write";

/** One way to set a system up, as data: a subject of an experiment is a system in a configuration. */
export interface Configuration {
  /** `default`: as its maker ships it; every other name says what was changed. */
  name: string;
  says: string;
  /** `embedded`: in the caller's process, or timed inside of its own; `served`: over a socket. */
  form: "embedded" | "served";
  scenarios: readonly Scenario[];
  tuned_by: string;
  /** Settings that are not the recall knob, as the system's own documentation names them. */
  settings: Record<string, string | number | boolean>;
  /** Rounds over all requests before those that count: a just-in-time compiler needs several. */
  warm_up_rounds: number;
  /** Where it takes part in `write`: what happens before a write is acknowledged, and how that was ensured. */
  durability?: string;
}

/** Something that tilts the comparison, and towards whom. */
export interface Caveat {
  favours: "engram" | "peer" | "neither";
  says: string;
}

/** What a system is and how it was had; feeds the disclosure sheet. Pure data: importing it installs nothing. */
export interface SystemCard {
  name: string;
  title: string;
  version: string;
  licence: string;
  home: string;
  /** How the package is had: `npm hnswlib-node 3.0.0`. */
  origin: string;
  /** What its packages take on disk, about. */
  install_mb: number;
  /** Best known first. */
  configurations: readonly [Configuration, ...Configuration[]];
  caveats: readonly Caveat[];
}

/** Either ready, or a reason that a page can show: never dropped. `folder`: where it was installed, if anywhere. */
export type Availability =
  | {ready: true; version: string; folder: string | null}
  | {ready: false; reason: string};

/** Where and how a face opens. */
export interface Opening {
  cache: string;
  configuration: Configuration;
  /** Its own: no other system writes there. Kept between process starts, so that what it holds can be opened again. */
  directory: string;
  /** Of the vectors; 0 for a graph alone. */
  dimension: number;
  /** Threads it may use for one request or one batch. */
  threads: number;
}

/** What a system holds once nothing is left to be done in the background. */
export interface Readiness {
  /** Vectors or edges it holds. */
  held: number;
  /** Of these, how many its index covers; equal to `held` unless something was left unindexed. */
  indexed: number;
  /** Null where it has no such thing. */
  segments: number | null;
  /** As the system itself counts its index, in memory or on disk; null where it does not tell. */
  index_bytes: number | null;
}

/** What all faces share: one system in one configuration with one set of data. */
export interface Face {
  /** Starts its process where it has one, opens what the directory holds. True when that is the data already. */
  start(): Promise<boolean>;
  /** Waits until the index is built. */
  ready(): Promise<Readiness>;
  /** Other processes that hold it: their memory is its memory. */
  processes(): number[];
  /** Closes it in good order, and leaves no process behind. */
  stop(): Promise<void>;
}

/** Many requests, one after the other, timed by the system's own process around the vendor's call alone; on the
 *  machine's monotonic clock, which all processes share. */
export interface Pass<Answers> {
  start_ns: Float64Array;
  end_ns: Float64Array;
  answers: Answers;
}

type Answer<T> = T | Promise<T>;

/** A system's own form of one query, made outside of the clock. */
export type Cue = unknown;

export interface VectorSearch extends Face {
  /** vectors: n × dimension, unit length. Called when start() found nothing. */
  load(vectors: Float32Array): Promise<void>;
  cue(query: Float32Array): Cue;
  /** Fills `out` with the k nearest ordinals, best first; `effort` is the system's recall knob (ef, nprobe, …). */
  search(cue: Cue, k: number, effort: number, out: Uint32Array): Answer<void>;
  /** The same call with as little work as can be (an index of one vector): what the road costs. */
  nullRequest(cue: Cue, out: Uint32Array): Answer<void>;
  /** Efforts worth trying, ascending. */
  efforts: readonly number[];
  /** For a system in a process of its own: `answers` is n × k ordinals. */
  searchPass?(queries: Float32Array, k: number, effort: number): Promise<Pass<Uint32Array>>;
  /** All queries at once over the opening's threads: n × k ordinals; only the whole is timed. */
  searchBatch?(queries: Float32Array, k: number, effort: number): Promise<Uint32Array>;
}

/** Directed edges from[i] → to[i] between nodes 0…nodes-1, no pair twice; weights in (0, 1]. */
export interface EdgeList {
  nodes: number;
  from: Uint32Array;
  to: Uint32Array;
  weights?: Float32Array;
}

/** Damping of a step at depth d is e^(−decay·d): engine.md, "Spreading". */
export const SPREAD_DECAY = 0.7;

export interface GraphTraversal extends Face {
  load(edges: EdgeList): Promise<void>;
  /** Ways to put the question, best known first; `plain` is how its manual would. */
  wordings: readonly string[];
  /** Number of distinct nodes within 1…hops of the seed along edge direction, without the seed. */
  reach(seed: number, hops: number, wording: string): Answer<number>;
  /** Those nodes, in any order: for comparing answers, outside of the clock. */
  reached(seed: number, hops: number, wording: string): Answer<Uint32Array>;
  /** Weighted spreading over two hops: of all nodes but the seed the `limit` most activated, strongest first, where
   *  activation is the sum over paths s→b of w·e^(−decay) and over s→m→b of w₁·w₂·e^(−3·decay). */
  spread?(seed: number, limit: number, wording: string): Answer<Uint32Array>;
  nullRequest(): Answer<void>;
  /** For a system in a process of its own: counts. */
  reachPass?(seeds: Uint32Array, hops: number, wording: string): Promise<Pass<Uint32Array>>;
  /** n × limit ordinals, filled up with NOTHING. */
  spreadPass?(seeds: Uint32Array, limit: number, wording: string): Promise<Pass<Uint32Array>>;
}

/** Fills an answer that is shorter than asked. */
export const NOTHING = 0xffff_ffff;

export interface HybridAnswer {
  /** The k nearest, best first. */
  hits: Uint32Array;
  /** Distinct nodes of the group within 1…2 hops of any hit, without the hits; in any order. */
  found: Uint32Array;
}

export interface HybridSearch extends Face {
  /** Node i has vector i and belongs to groups[i], an attribute that the question filters by. */
  load(vectors: Float32Array, edges: EdgeList, groups: Uint8Array): Promise<void>;
  cue(query: Float32Array): Cue;
  efforts: readonly number[];
  ask(cue: Cue, k: number, effort: number, group: number): Answer<HybridAnswer>;
  /** For a system in a process of its own: one answer per query and its group. */
  askPass?(
    queries: Float32Array,
    groups: Uint8Array,
    k: number,
    effort: number,
  ): Promise<Pass<HybridAnswer[]>>;
  nullRequest(): Answer<void>;
}

export interface DurableWrites extends Face {
  /** One batch, n × dimension, under the ordinals `first`…; resolves when it is durable (Configuration.durability). */
  write(first: number, vectors: Float32Array): Answer<void>;
  /** Ordinals that can be read back now, in any order. */
  written(): Answer<Uint32Array>;
  nullRequest(): Answer<void>;
  /** For a system in a process of its own: the vectors in batches, one write after the other. */
  writePass?(first: number, vectors: Float32Array, batch: number): Promise<Pass<null>>;
}

export interface System {
  card: SystemCard;
  /** Installs on demand into `cache` (outside the repository), pinned; says why it cannot. */
  prepare(cache: string, log: (line: string) => void): Promise<Availability>;
  vectorSearch?(opening: Opening): VectorSearch;
  graphTraversal?(opening: Opening): GraphTraversal;
  hybridSearch?(opening: Opening): HybridSearch;
  durableWrites?(opening: Opening): DurableWrites;
}
