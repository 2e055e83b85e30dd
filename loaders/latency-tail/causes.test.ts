import assert from "node:assert/strict";
import {test} from "node:test";
import type {Trace} from "../../native/engine.ts";
import {withRecords} from "../lab/store/fixture.ts";
import {slowRequestsSql} from "./causes.ts";
import {PHASES, phasesOf, slowest} from "./phases.ts";

const NS_PER_MS = 1e6;
const fast: [number, number, number][] = Array.from({length: 99}, (_, at) => [at * 10, at * 10, at * 10 + 1]);
const slow: [number, number, number] = [1_000, 1_000, 1_010];

/** The cause given to one request of 10 ms among 99 of 1 ms, by what was observed beside it. */
async function causeOf(observations: {metric: string; label: string; ms: number}[]): Promise<string[]> {
  let causes: string[] = [];
  await withRecords(
    [
      {
        requests: [...fast, slow],
        labelled: observations.map(({ms, ...rest}) => ({...rest, value: ms * NS_PER_MS})),
      },
    ],
    async (database) => {
      causes = (await database.rows(slowRequestsSql(0.99))).map(({cause}) => String(cause));
    },
  );
  return causes;
}

test("a phase that covers half of a slow request is its cause", async () => {
  assert.deepEqual(await causeOf([{metric: "phase:lock", label: "99", ms: 6}]), [PHASES.lock]);
});

test("a phase of another request, or a shorter one, explains nothing", async () => {
  assert.deepEqual(await causeOf([{metric: "phase:lock", label: "98", ms: 6}]), ["unexplained"]);
  assert.deepEqual(await causeOf([{metric: "phase:lock", label: "99", ms: 4}]), ["unexplained"]);
});

test("a garbage collection counts only where it overlaps the request", async () => {
  const collection = (start: number) => [{metric: "event:gc", label: String(start * NS_PER_MS), ms: 6}];
  assert.deepEqual(await causeOf(collection(1_002)), ["garbage collection"]);
  assert.deepEqual(await causeOf(collection(1_008)), ["unexplained"]);
});

const columns = {
  operation: Uint8Array.of(0, 0, 1),
  operations: ["recall", "store"],
  intended_ns: Float64Array.of(0, 100, 200),
  start_ns: Float64Array.of(0, 100, 200),
  end_ns: Float64Array.of(50, 1_100, 260),
  status: Uint8Array.of(0, 0, 0),
  statuses: ["ok"],
};

test("the slowest of each operation are traced", () => {
  assert.deepEqual([...slowest(columns, 0.5)], [1, 2]);
});

test("phases of a request add up to its latency", () => {
  const filled = (value: number) => new Float64Array(3).fill(value);
  const trace: Trace = {
    queued: Float64Array.of(1_000, 1_150, 1_210),
    began: Float64Array.of(1_010, 1_250, 1_220),
    ended: Float64Array.of(1_040, 2_050, 1_250),
    answered: filled(0),
    lock: Float64Array.of(0, 300, 0),
    sync: Float64Array.of(0, 200, 10),
    cpu: Float64Array.of(30, 100, 20),
  };
  const {request, phases} = phasesOf(columns, trace, 1_000);
  const of = (phase: keyof typeof PHASES) => phases[phase][request.indexOf(1)];
  assert.deepEqual(
    [of("driver"), of("pool"), of("lock"), of("sync"), of("work"), of("preempted"), of("answer")],
    [50, 100, 300, 200, 100, 200, 50],
  );
});

test("a trace that does not match the requests is refused", () => {
  const none = new Float64Array(0);
  const trace: Trace = {
    queued: none,
    began: none,
    ended: none,
    answered: none,
    lock: none,
    sync: none,
    cpu: none,
  };
  assert.throws(() => phasesOf(columns, trace, 0), RangeError);
});
