// The one interface every system under test implements. A system is a folder here: index.ts (this
// interface), package.json + lock of its own where it needs packages, and nothing else changes.

/** What a system is and how it was had; feeds the disclosure sheet. */
export interface SystemCard {
  name: string;
  title: string;
  licence: string;
  home: string;
  /** How the package is had: `npm hnswlib-node 3.0.0`. */
  origin: string;
  /** `embedded`: in the caller's process; `served`: over a socket. */
  form: "embedded" | "served";
  tuned_by: string;
  /** Known unfairness, in either direction. */
  caveats: string[];
}

/** Either ready, or a reason that a page can show: never dropped. */
export type Availability = {ready: true; version: string} | {ready: false; reason: string};

export interface VectorSearch {
  /** Builds (or loads from `directory`, when it holds an index of the same data) an index. vectors: n × d. */
  load(
    vectors: Float32Array,
    dimension: number,
    directory: string,
  ): Promise<{build_seconds: number; reused: boolean}>;
  /** Fills `out` with the k nearest ordinals, best first; `effort` is the system's recall knob (ef, nprobe, …). */
  search(query: Float32Array, k: number, effort: number, out: Uint32Array): void | Promise<void>;
  /** Same path as search, without the search: what calling costs. */
  nullRequest?(query: Float32Array, out: Uint32Array): void | Promise<void>;
  /** Efforts worth trying, ascending. */
  efforts: number[];
  bytes(): number | null;
  close(): Promise<void>;
}

export interface GraphTraversal {
  /** Directed edges from[i] → to[i] between nodes 0…nodes-1. */
  load(
    nodes: number,
    from: Uint32Array,
    to: Uint32Array,
    directory: string,
  ): Promise<{build_seconds: number; reused: boolean}>;
  /** Number of distinct nodes within 1…hops of the seed along edge direction, without the seed. */
  reach(seed: number, hops: number): number | Promise<number>;
  nullRequest?(): void | Promise<void>;
  close(): Promise<void>;
}

export interface System {
  card: SystemCard;
  /** Installs on demand into `cache` (outside the repository), pinned; says why it cannot. */
  prepare(cache: string, log: (line: string) => void): Promise<Availability>;
  vectorSearch?(): Promise<VectorSearch>;
  graphTraversal?(): Promise<GraphTraversal>;
}
