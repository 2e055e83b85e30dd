import {native} from "./native.ts";

/** Where the time of each asynchronous call went, in the order they were made: n of each. Times on the clock of
 *  process.hrtime, ns. */
export interface Trace {
  queued: Float64Array;
  /** A thread of the pool took it up. */
  began: Float64Array;
  ended: Float64Array;
  /** The main thread took up the answer. */
  answered: Float64Array;
  /** Waited for other readers or writers, for the disk; CPU time. Lengths within began…ended, ns. */
  lock: Float64Array;
  sync: Float64Array;
  cpu: Float64Array;
}

const TRACE_COLUMNS = ["queued", "began", "ended", "answered", "lock", "sync", "cpu"] as const;

/** Begins to trace every asynchronous call of this process; `stop` once, when all have been answered. */
export function startTrace(): {stop(): Trace} {
  const {traceStart, traceStop} = native();
  traceStart();
  return {
    stop() {
      const rows = traceStop();
      const width = TRACE_COLUMNS.length;
      const column = (at: number) =>
        Float64Array.from({length: rows.length / width}, (_, row) => rows[row * width + at] as number);
      return Object.fromEntries(TRACE_COLUMNS.map((name, at) => [name, column(at)])) as unknown as Trace;
    },
  };
}
