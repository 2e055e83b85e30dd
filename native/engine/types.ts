// The nouns of the contract as they come and go: inputs, answers, options.
/** `fsync` and `group`: durable when acknowledged (group shares the flush); `async`: durable at the next. */
export type Durability = "fsync" | "group" | "async";
export const DURABILITIES: Record<Durability, number> = {fsync: 0, group: 1, async: 2};

export type Fan = "none" | "linear" | "sqrt";
export const FANS: Record<Fan, number> = {none: 0, linear: 1, sqrt: 2};

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
  /** ms since 1970: when it was linked last. */
  at: number;
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
