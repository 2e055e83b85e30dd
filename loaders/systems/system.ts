// The one interface every system under test implements. A system is a folder here: index.ts (this
// interface), card.ts (what it is), package.json + lock of its own where it needs packages; nothing else
// changes when one is added.

/** What a system is and how it was had; feeds the disclosure sheet. Pure data: importing it installs nothing. */
export interface SystemCard {
  name: string;
  title: string;
  version: string;
  licence: string;
  home: string;
  /** How the package is had: `npm hnswlib-node 3.0.0`. */
  origin: string;
  /** `embedded`: in the caller's process; `served`: over a socket. */
  form: "embedded" | "served";
  /** What it takes part in. */
  scenarios: readonly ("search" | "walk")[];
  tuned_by: string;
  /** Settings that are not the recall knob, as the system's own documentation names them. */
  configuration: Record<string, string | number | boolean>;
  /** Known unfairness, in either direction. */
  caveats: string[];
}

/** Either ready, or a reason that a page can show: never dropped. */
export type Availability = {ready: true; version: string} | {ready: false; reason: string};

export interface Loaded {
  /** Building alone, without the copying of data to where the system wants it. */
  build_seconds: number;
  /** An index of the same data was found in the directory and opened. */
  reused: boolean;
}

/** A system's own form of one query, made outside of the clock. */
export type Cue = unknown;

export interface VectorSearch {
  /** Builds an index, or opens the one in `directory`. vectors: n × dimension, unit length. */
  load(vectors: Float32Array, dimension: number, directory: string): Promise<Loaded>;
  cue(query: Float32Array): Cue;
  /** Fills `out` with the k nearest ordinals, best first; `effort` is the system's recall knob (ef, nprobe, …). */
  search(cue: Cue, k: number, effort: number, out: Uint32Array): void | Promise<void>;
  /** The same call against an index that holds one vector: what the road costs, without the work. */
  nullRequest(cue: Cue, out: Uint32Array): void | Promise<void>;
  /** Efforts worth trying, ascending. */
  efforts: readonly number[];
  /** Vectors that a search can find: an index still being built, or half loaded, shows here. */
  size(): number;
  bytes(): number | null;
  close(): Promise<void>;
}

export interface GraphTraversal {
  /** Directed edges from[i] → to[i] between nodes 0…nodes-1. */
  load(nodes: number, from: Uint32Array, to: Uint32Array, directory: string): Promise<Loaded>;
  /** Number of distinct nodes within 1…hops of the seed along edge direction, without the seed. */
  reach(seed: number, hops: number): number | Promise<number>;
  /** Those nodes, in any order: for comparing answers, outside of the clock. */
  reached(seed: number, hops: number): Uint32Array | Promise<Uint32Array>;
  nullRequest(): void | Promise<void>;
  /** Edges the system holds. */
  size(): number | Promise<number>;
  close(): Promise<void>;
}

export interface System {
  card: SystemCard;
  /** Installs on demand into `cache` (outside the repository), pinned; says why it cannot. */
  prepare(cache: string, log: (line: string) => void): Promise<Availability>;
  vectorSearch?(cache: string): Promise<VectorSearch>;
  graphTraversal?(cache: string): Promise<GraphTraversal>;
}
