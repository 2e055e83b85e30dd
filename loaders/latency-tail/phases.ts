// Where a request's time went, phase by phase: from the moment it was due to the moment its answer was in
// hand. Phases follow each other, so they add up to its latency.
import type {Trace} from "../../native/engine.ts";
import type {OpenLoopResult} from "../load/openloop.ts";

/** In the order in which a request goes through them; `waits` and `work` lie within the engine's call. */
export const PHASES = {
  driver: "the driver's thread was busy or not scheduled",
  pool: "no thread of the pool was free",
  lock: "waited for a writer's insert",
  sync: "waited for the disk's flush",
  work: "its own search or insert took long",
  preempted: "its thread was not scheduled",
  answer: "its answer waited for the main thread",
} as const;
export type Phase = keyof typeof PHASES;

export interface PhaseTimes {
  /** Request number. */
  request: Uint32Array;
  /** ns, one per request and phase. */
  phases: Record<Phase, Float64Array>;
}

/** The slowest share of each operation's requests, so that what lies above P99.9 is among them. */
export const TRACED_SHARE = 0.02;

/** Numbers of the slowest requests of each operation, ascending. */
export function slowest(
  {intended_ns, end_ns, operation}: OpenLoopResult["columns"],
  share = TRACED_SHARE,
): Uint32Array {
  const latency = (index: number) => (end_ns[index] as number) - (intended_ns[index] as number);
  const chosen = [...new Set(operation)].flatMap((kind) => {
    const own = Array.from(operation.keys()).filter((index) => operation[index] === kind);
    own.sort((a, b) => latency(b) - latency(a) || a - b);
    return own.slice(0, Math.ceil(own.length * share));
  });
  return Uint32Array.from(chosen).sort();
}

/** `trace` has one row per request, in the order of their start; `origin_ns` is the loop's zero on its clock.
 *  Throws a RangeError where the two do not match: a phase would be told of another request. */
export function phasesOf(
  {intended_ns, end_ns, ...columns}: OpenLoopResult["columns"],
  trace: Trace,
  origin_ns: number,
): PhaseTimes {
  if (trace.queued.length !== intended_ns.length)
    throw new RangeError(
      `${trace.queued.length} calls were traced for ${intended_ns.length} requests; make one call per request`,
    );
  const request = slowest({intended_ns, end_ns, ...columns});
  const empty = () => new Float64Array(request.length);
  const phases = Object.fromEntries(
    Object.keys(PHASES).map((name) => [name, empty()]),
  ) as PhaseTimes["phases"];
  request.forEach((index, at) => {
    const of = (name: keyof Trace) => trace[name][index] as number;
    const inside = of("ended") - of("began");
    const put = (phase: Phase, value: number) => {
      phases[phase][at] = Math.max(0, value);
    };
    put("driver", of("queued") - origin_ns - (intended_ns[index] as number));
    put("pool", of("began") - of("queued"));
    put("lock", of("lock"));
    put("sync", of("sync"));
    put("work", of("cpu"));
    put("preempted", inside - of("lock") - of("sync") - of("cpu"));
    put("answer", (end_ns[index] as number) + origin_ns - of("ended"));
  });
  return {request, phases};
}
