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

interface ChangeHead {
  /** The log's number of it. */
  sequence: number;
  /** Milliseconds since 1970. */
  at: number;
  /** The idempotency key it came under. */
  key?: string;
}

/** One record of the log. A newer server may tell of kinds that are not here. */
export type Change = ChangeHead &
  (
    | {kind: "store"; episodes: Omit<Episode, "strength">[]}
    | {
        kind: "link";
        relation: string;
        linkedAt: number;
        edges: {from: string; to: string; weight: number}[];
      }
    | {kind: "unlink"; relation: string; edges: {from: string; to: string}[]}
    | {kind: "forget"; ids: string[]}
    | {kind: "weaken"; ids: string[]; factor: number}
    | {kind: "internal"}
  );

export interface BackupDone {
  /** The last record in it. */
  sequence: number;
  /** Milliseconds since 1970. */
  at: number;
  files: number;
  bytes: number;
  /** That this backup added. */
  addedBytes: number;
}

/** As of this record, or of this time (milliseconds since 1970); the end where absent. */
export interface RestorePoint {
  sequence?: number;
  time?: number;
}

export interface Restored {
  sequence: number;
  at: number;
  /** Records behind damage that could be kept. */
  salvaged: number;
}
