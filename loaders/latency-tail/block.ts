// One block of experiment 006, in a process of its own: load the passages, warm up, run the open loop, and
// return every request with what happened in the process meanwhile.
import {Engine, startTrace} from "../../native/engine.ts";
import {stream} from "../lab/statistics/random.ts";
import {poisson} from "../load/arrivals.ts";
import {type OpenLoopResult, openLoop} from "../load/openloop.ts";
import {probeFlush} from "./disk.ts";
import {type Event, watchGarbageCollection} from "./events.ts";
import {type PhaseTimes, phasesOf} from "./phases.ts";

export interface BlockInput {
  directory: string;
  dimension: number;
  passages: Float32Array;
  queries: Float32Array;
  rate_per_s: number;
  requests: number;
  seed: number;
}

export interface BlockOutput {
  columns: OpenLoopResult["columns"];
  backlog_max: number;
  events: Event[];
  phases: PhaseTimes;
  flush_ns: Float64Array;
  load_seconds: number;
  episodes: number;
  recall: number;
  cpu_seconds: number;
}

const BATCH = 2_000;
const WARM_UP = 500;
const FLUSH_PROBES = 500;
const RECALL_QUERIES = 100;
const K = 10;
const OPERATIONS = ["recall", "store"];

/** Share of the exact ten nearest that the default search finds, over the first queries. */
async function measureRecall(
  space: Awaited<ReturnType<Engine["space"]>>,
  queries: Float32Array,
  dimension: number,
) {
  let found = 0;
  for (let query = 0; query < RECALL_QUERIES; query++) {
    const vector = queries.subarray(query * dimension, (query + 1) * dimension);
    const truth = new Set((await space.recall({vector, k: K, exact: true})).ordinals);
    for (const ordinal of (await space.recall({vector, k: K})).ordinals) if (truth.has(ordinal)) found++;
  }
  return found / (RECALL_QUERIES * K);
}

export async function main(input: BlockInput, report: (value: unknown) => void): Promise<BlockOutput> {
  const {directory, dimension, passages, queries, requests, seed} = input;
  const flush_ns = probeFlush(directory, FLUSH_PROBES, process.hrtime.bigint);
  const engine = await Engine.open(`${directory}/engine`, {durability: "group"});
  const space = await engine.space("passages", {dimension});
  const count = passages.length / dimension;
  const began = process.hrtime.bigint();
  for (let first = 0; first < count; first += BATCH) {
    const end = Math.min(count, first + BATCH);
    const ids = Array.from({length: end - first}, (_, index) => `p${first + index}`);
    await space.storeBatch(
      {ids, embeddings: passages.subarray(first * dimension, end * dimension)},
      {durability: "async"},
    );
    report({done: (end / count) * 0.5, doing: `loading passages (${end.toLocaleString("en")})`});
  }
  await space.sync();
  const load_seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const queryCount = queries.length / dimension;
  const query = (index: number) => {
    const row = index % queryCount;
    return queries.subarray(row * dimension, (row + 1) * dimension);
  };
  const recall = await measureRecall(space, queries, dimension);
  for (let index = 0; index < WARM_UP; index++) await space.recall({vector: query(index), k: K});

  const random = stream(seed, "mix");
  const operation = Uint8Array.from({length: requests}, () => (random() < 0.5 ? 0 : 1));
  const intended_ns = poisson(input.rate_per_s, requests, stream(seed, "arrivals"));
  const origin = process.hrtime.bigint();
  const watch = watchGarbageCollection(origin);
  const tracing = startTrace();
  const before = process.cpuUsage();
  const run = await openLoop({
    intended_ns,
    operation,
    operations: OPERATIONS,
    // New episodes carry real vectors: those of the queries, which are passages the base does not hold.
    start: (index) =>
      operation[index] === 0
        ? space.recall({vector: query(index), k: K})
        : space.store({id: `n${index}`, embedding: query(index), at: index}),
    progress: (done) => report({done: 0.5 + (done / requests) * 0.5, doing: "open loop"}),
  });
  const spent = process.cpuUsage(before);
  const phases = phasesOf(run.columns, tracing.stop(), run.origin_ns);
  const shift = run.origin_ns - Number(origin);
  const garbage = (await watch.stop()).map((event) => ({...event, start_ns: event.start_ns - shift}));
  const stalls = run.stalls.map((stall) => ({name: "stall", ...stall}));
  const {episodes} = space.stats();
  await engine.close();
  return {
    columns: run.columns,
    backlog_max: run.backlog_max,
    events: [...garbage, ...stalls],
    phases,
    flush_ns,
    load_seconds,
    episodes,
    recall,
    cpu_seconds: (spent.user + spent.system) / 1e6,
  };
}
