// The open-loop driver: requests start when they are due, whether or not earlier ones have come back, and
// latency counts from when they were due. A stall therefore shows in every request that came due in it
// (no coordinated omission: Tene 2013; Schroeder, Wierman & Harchol-Balter 2006).

export interface Scheduler {
  /** ns on any monotonic clock. */
  now(): number;
  /** Resolves at the next turn of the event loop, after what is ready has run. */
  turn(): Promise<void>;
  /** Resolves after about `ms`. */
  sleep(ms: number): Promise<void>;
}

export const realScheduler: Scheduler = {
  now: () => Number(process.hrtime.bigint()),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Timers fire up to about 1 ms late: closer than this the driver spins over turns of the event loop, at the
 *  price of one core. */
const SPIN_BELOW_NS = 2_500_000;
const DRAIN_NS = 10_000_000_000;

export interface OpenLoop {
  /** Intended starts, ns from the start, increasing. */
  intended_ns: Float64Array;
  /** Index into `operations` per request. */
  operation: Uint8Array;
  operations: string[];
  /** Starts request `index`; resolves when it is answered, rejects when it failed. */
  start: (index: number) => Promise<unknown>;
  /** Name of a failure's class. */
  statusOf?: (error: unknown) => string;
  signal?: AbortSignal;
  progress?: (done: number) => void;
  scheduler?: Scheduler;
}

export interface OpenLoopResult {
  columns: {
    operation: Uint8Array;
    operations: string[];
    intended_ns: Float64Array;
    start_ns: Float64Array;
    end_ns: Float64Array;
    status: Uint8Array;
    statuses: string[];
  };
  /** Most requests that were due and not yet answered. */
  backlog_max: number;
  /** Times in which the spinning driver did not get to run for longer than `STALL_NS`. */
  stalls: {start_ns: number; length_ns: number}[];
  /** The scheduler's time at intended 0. */
  origin_ns: number;
}

/** A turn of the event loop that took longer than this is a stall. */
export const STALL_NS = 500_000;

/** Runs the whole schedule and waits, bounded, for the last answers; what is unanswered then is `timeout`. */
export async function openLoop({
  intended_ns,
  operation,
  operations,
  start,
  statusOf = (error) => (error instanceof Error ? error.name : "error"),
  signal,
  progress = () => {},
  scheduler = realScheduler,
}: OpenLoop): Promise<OpenLoopResult> {
  const n = intended_ns.length;
  const start_ns = new Float64Array(n);
  const end_ns = new Float64Array(n);
  const status = new Uint8Array(n);
  const statuses = ["ok", "timeout"];
  const stalls: OpenLoopResult["stalls"] = [];
  let answered = 0;
  let backlog_max = 0;
  const origin_ns = scheduler.now();
  const elapsed = () => scheduler.now() - origin_ns;

  const finish = (index: number, name: string) => {
    end_ns[index] = elapsed();
    answered++;
    let code = statuses.indexOf(name);
    if (code < 0) code = statuses.push(name) - 1;
    status[index] = code;
  };

  let last = 0;
  for (let index = 0; index < n; ) {
    signal?.throwIfAborted();
    const due = intended_ns[index] as number;
    const at = elapsed();
    if (at >= due) {
      const current = index++;
      start_ns[current] = at;
      backlog_max = Math.max(backlog_max, index - answered);
      start(current).then(
        () => finish(current, "ok"),
        (error) => finish(current, statusOf(error)),
      );
      if (index % 256 === 0) progress(index);
      continue;
    }
    const wait = due - at;
    if (wait > SPIN_BELOW_NS) {
      await scheduler.sleep(Math.max(0, (wait - SPIN_BELOW_NS / 2) / 1e6));
      last = elapsed();
      continue;
    }
    await scheduler.turn();
    const back = elapsed();
    const length_ns = back - Math.max(last, at);
    if (length_ns > STALL_NS) stalls.push({start_ns: back - length_ns, length_ns});
    last = back;
  }
  const deadline = elapsed() + DRAIN_NS;
  while (answered < n && elapsed() < deadline) await scheduler.turn();
  for (let index = 0; index < n; index++) if (end_ns[index] === 0) finish(index, "timeout");
  progress(n);
  return {
    columns: {operation, operations, intended_ns, start_ns, end_ns, status, statuses},
    backlog_max,
    stalls,
    origin_ns,
  };
}
