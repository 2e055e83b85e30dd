// What an experiment writes into while it measures: blocks, and in each its requests and observations.
// Columns are typed arrays where rows are many; nothing is summarised here.
import type {Block, Kind} from "../record.ts";

export interface BlockStart {
  subject: string;
  subject_version: string;
  configuration: Record<string, unknown>;
  position: number;
  round: number;
  temperature: "warm" | "cold";
  schedule: string;
  offered_per_s?: number;
  kind?: Kind;
}

/** Requests of one block, column by column, all of length n. */
export interface RequestColumns {
  /** Index into `operations`. */
  operation: Uint8Array;
  operations: string[];
  intended_ns: Float64Array;
  start_ns: Float64Array;
  end_ns: Float64Array;
  /** Index into `statuses`; 0 is `ok`. */
  status: Uint8Array;
  statuses: string[];
}

export interface BlockRecorder {
  readonly block: number;
  requests(columns: RequestColumns): void;
  observe(metric: string, unit: string, value: number, options?: {label?: string; n?: number}): void;
  /** Hash of the answers given, so that answers can be compared across systems. */
  answers(sha256: string, n: number): void;
  exclude(reason: string): void;
  /** Closes the block: load, steal and CPU time are read here. */
  end(figures?: Partial<Pick<Block, "achieved_per_s" | "late_starts" | "backlog_max" | "cpu_seconds">>): void;
}

export interface Recorder {
  block(start: BlockStart): BlockRecorder;
}
