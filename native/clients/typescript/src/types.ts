// What goes in and comes out, by the names it has on the wire. Fields that a newer server adds are kept as
// they came.

export type Durability = "fsync" | "group" | "async";
export type Attributes = Record<string, string | number | boolean>;

export interface EpisodeInput {
  /** Made up by the client where absent, so that a repeated request stores once. */
  id?: string;
  /** d numbers; absent: a node of the graph only. */
  embedding?: ArrayLike<number>;
  /** Milliseconds since 1970; the server's clock where absent. */
  at?: number;
  content?: string;
  attributes?: Attributes;
  /** 0…1. */
  confidence?: number;
}

export interface Episode {
  id: string;
  /** Only where asked for. */
  embedding?: number[] | null;
  at: number;
  content: string;
  attributes: Attributes;
  confidence: number;
  strength: number;
}

export interface Page {
  episodes: Episode[];
  next: string | null;
}

export interface Edge {
  to: string;
  relation: string;
  /** −1…1; negative inhibits. */
  weight: number;
}

export interface EdgeKey {
  from: string;
  to: string;
  relation: string;
}

export interface EdgeInput extends EdgeKey {
  weight?: number;
}

export interface RecallOptions {
  /** Hits wanted; 10 where absent. */
  k?: number;
  /** Candidates kept by the approximate search: more is slower and more exact. */
  ef?: number;
  /** Scan everything. */
  exact?: boolean;
}

export interface Hit {
  id: string;
  /** Cosine. */
  score: number;
}

export interface SpreadInput {
  seeds: {id: string; activation?: number}[];
  /** 1…4. */
  depth?: number;
  cutoff?: number;
  fan?: "none" | "linear" | "sqrt";
  limit?: number;
}

export interface Activated {
  /** Strongest first, seeds included. */
  active: {id: string; activation: number}[];
  /** A budget ended the search before it was through. */
  truncated: boolean;
}

export interface ReachInput {
  id: string;
  /** 1…3. */
  hops: number;
  direction?: "out" | "in";
  relation?: string;
}

export interface SpaceSummary {
  space: string;
  dimension: number;
}

export interface SpaceStats extends SpaceSummary {
  episodes: number;
  vectors: number;
  edges: number;
  sequence: number;
  /** The last sequence number known to be on the disk. */
  durable: number;
  /** Why the space takes no writes; null when it is sound. */
  readOnly: {code: string; message: string; remedy: string} | null;
}

export interface Written {
  /** The log's number of the write. */
  sequence: number;
}
