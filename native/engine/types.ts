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

export interface Cue extends Filter {
  /** f32[d]; need not have unit length. Absent: the newest episodes that meet the filter, each with score 1. */
  vector?: Float32Array;
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

/** Spreading from one episode with activation 1. */
export interface SpreadingFrom extends Pick<Spreading, "depth" | "cutoff" | "fan"> {
  id: string;
  /** What reaches a node again, in a later step, is multiplied by it: 0…1. */
  revisit?: number;
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
  concepts: number;
  /** Episodes bound to a concept. */
  bindings: number;
  /** Cycles of consolidation that were run. */
  consolidations: number;
  /** Episodes that none has looked at yet. */
  pending: number;
  /** Of the log's records. */
  logBytes: number;
  /** Of zeros that records will be written over: the rest of the last segment, and up to four spare ones of 64 MiB, never
   *  more than were filled. None is left when the space is closed. */
  logAheadBytes: number;
  logSegments: number;
  /** fdatasyncs of the log by this process. */
  logSyncs: number;
  /** Of records, by this process. */
  appendedBytes: number;
  /** Exact vectors; and what a search walks through. */
  vectorBytes: number;
  indexBytes: number;
  idempotencyKeys: number;
  /** The last record, and the last that is durable. */
  sequence: number;
  durable: number;
  /** The first record that the log still holds: where watch() can begin. */
  firstSequence: number;
  /** Of an unfinished write, cut off when the space was opened. */
  cutBytes: number;
  /** False when it is damaged, closed, or a sync has failed. */
  writable: boolean;
}

/** Latencies of this process. Bucket i holds values from bucketBegins[i] up to bucketBegins[i + 1], in ns; buckets
 *  behind the last count are empty. Histograms are merged by adding their counts. */
export interface Metrics {
  bucketBegins: Float64Array;
  /** By operation: "store", "recall", …, and "sync", the disk's own time. */
  operations: Record<string, {counts: Float64Array; sum: number}>;
}

/** How a write is done. */
export interface WriteOptions {
  durability?: Durability;
  /** The writer's time, ms since 1970, kept in the log for restore to a point in time; the engine's clock when absent. */
  now?: number;
  /** Idempotency key, 1 to 255 bytes drawn for this request: a repetition gets the first answer, also after a
   *  restart, as long as it is among the newest 16,384. Another request under the same key is a ConflictError. */
  key?: string;
}

/** A condition on the attributes of an episode. One that is not there meets none but `not` and `exists: false`. */
export type Condition =
  | {all: Condition[]}
  | {any: Condition[]}
  | {not: Condition}
  | {key: string; equals: string | number | boolean}
  | {key: string; in: (string | number | boolean)[]}
  /** Numbers, both ends included. */
  | {key: string; min?: number; max?: number}
  | {key: string; exists: boolean};

export interface Filter {
  where?: Condition;
  /** Time of the episode, ms since 1970, both included. */
  from?: number;
  until?: number;
  /** 0…1. */
  minConfidence?: number;
}

/** A place in the order of times; it stays one when its episode is forgotten. */
export interface TimeCursor {
  at: number;
  ordinal: number;
}

interface ChangeBase {
  /** 1, 2, 3, … without a gap. */
  sequence: number;
  /** The writer's time, ms since 1970; never falls. */
  at: number;
  /** Idempotency key of the write. */
  key?: string;
}

/** One record of a space's log. */
export type Change = ChangeBase &
  (
    | {kind: "store"; episodes: Omit<Episode, "strength">[]}
    | {kind: "link"; relation: string; linkedAt: number; edges: {from: string; to: string; weight: number}[]}
    | {kind: "unlink"; relation: string; edges: {from: string; to: string}[]}
    | {kind: "forget"; ids: string[]}
    | {kind: "weaken"; ids: string[]; factor: number}
    /** Written by the engine for itself. */
    | {kind: "internal"}
  );

export interface Backup {
  /** The last record that the backup holds, and its time. */
  sequence: number;
  at: number;
  files: number;
  bytes: number;
  /** By this call. */
  addedBytes: number;
}

export interface Restored {
  /** The last record of the restored space, and its time. */
  sequence: number;
  at: number;
  /** Records taken from the damaged space, behind the backup's end. */
  salvaged: number;
}
