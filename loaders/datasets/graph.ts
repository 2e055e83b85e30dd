// A directed graph as columns: what every graph dataset is read into.

export interface Graph {
  nodes: number;
  /** Edge i goes from[i] → to[i], both 0…nodes − 1. */
  from: Uint32Array;
  to: Uint32Array;
}

export interface WeightedGraph extends Graph {
  /** Of each edge, in (0, 1]. */
  weight: Float32Array;
}
