// One process that fills a space, serves it, and asks it under an open loop: the client of experiment 110. Latency is
// what this process sees, from when a request was due to when its answer was read.
import {Engine} from "../../native/engine.ts";
import {stream} from "../lab/statistics/random.ts";
import {probeFlush} from "../latency-tail/disk.ts";
import {poisson} from "../load/arrivals.ts";
import {type OpenLoopResult, openLoop} from "../load/openloop.ts";
import {type Asked, bytesOf, json, type ServedEngram, serveEngram} from "../systems/engram/server.ts";

export type Subject = "async" | "durable" | "null" | "dual";

export interface Filling {
  directory: string;
  dimension: number;
  /** Row-major; the first `base` are there before the run, the others are stored in it. */
  passages: Float32Array;
  base: number;
  queries: Float32Array;
  /** Those that the server may run on. */
  serverCpus: string;
}
export interface Filled {
  episodes: number;
  concepts: number;
}
export interface BlockInput {
  subject: Subject;
  seconds: number;
  seed: number;
}
export interface BlockOutput {
  columns: OpenLoopResult["columns"];
  backlog_max: number;
  counted: number;
  counted_failed: number;
  /** fdatasync of the disk alone, before the block; ns. */
  flush_ns: Float64Array;
  episodes: number;
}

const OPERATIONS = ["store", "recall", "search", "complete", "consolidate", "nothing"];
type Rates = Record<Subject, Record<string, number>>;
/** Requests a second. The mix is that of tasks.md, 1,000/s of which 50 % store, 42.5 % recall, 7.5 % search; what is
 *  asked less often has a block of its own with more of it, so that its percentile has its sample. `nothing` is the
 *  request that asks for nothing: what host, HTTP and client take by themselves. */
export const MIX_PER_S = 1_000;
const MIX = {store: 0.5 * MIX_PER_S, recall: 0.425 * MIX_PER_S, search: 0.075 * MIX_PER_S, consolidate: 0.2};
export const RATES: Rates = {
  async: MIX,
  durable: MIX,
  null: {nothing: MIX_PER_S},
  dual: {store: 100, recall: 50, complete: 20, consolidate: 5},
};

const SPACE = "budget";
const K = 10;
const CONNECTIONS = 32;
const BATCH = 2_000;
const FLUSH_PROBES = 400;
const WARMING = ["recall", "store", "recall", "store", "search", "nothing"];
/** So many times the expected number of arrivals are drawn, so that they reach the block's end. */
const ENOUGH = 2;
const NS_PER_S = 1e9;
const LEAD_IN_S = 1;
const LEAD_IN_SEED = 0x5eed;
/** When the first consolidation comes, in cycles: early, so that it ends within a short block. */
const FIRST_CYCLE = 0.1;
const WORD_BYTES = 4;
const VECTOR_TYPE = "application/vnd.engram.vector";
const EPISODE_TYPE = "application/vnd.engram.episode";
/** Significant digits of a number that f32 can tell apart. */
const F32_DIGITS = 9;

let filling: Filling;
let server: ServedEngram;
let stored = 0;

/** A vector as JSON, no longer than f32 needs. */
const numbers = (vector: Float32Array) =>
  Array.from(vector, (value) => Number(value.toPrecision(F32_DIGITS)));

const queryCount = () => filling.queries.length / filling.dimension;
const row = (values: Float32Array, at: number) => {
  const {dimension} = filling;
  return values.subarray(at * dimension, (at + 1) * dimension);
};
/** Half of it is known: what completion is for. */
const known = () => Array.from({length: filling.dimension}, (_, i) => i % 2 === 0);

export async function main(input: Filling, report: (value: unknown) => void): Promise<Filled> {
  filling = input;
  const {directory, dimension, passages, base} = input;
  const engine = await Engine.open(directory, {durability: "async"});
  const space = await engine.space(SPACE, {dimension});
  for (let first = 0; first < base; first += BATCH) {
    const end = Math.min(base, first + BATCH);
    await space.storeBatch({
      ids: Array.from({length: end - first}, (_, i) => `p${first + i}`),
      embeddings: passages.subarray(first * dimension, end * dimension),
      at: Float64Array.from({length: end - first}, Date.now),
    });
    report({done: end / base, doing: `loading passages (${end.toLocaleString("en")})`});
  }
  report({done: 1, doing: "forming concepts"});
  await space.memory.consolidate(Date.now(), {tau: 0});
  await space.sync();
  const {episodes, concepts} = space.stats();
  await engine.close();
  server = await serveEngram(directory, {connections: CONNECTIONS, cpus: input.serverCpus});
  return {episodes, concepts};
}

/** What to send: vectors as bytes, the rest of it made before the clock starts. */
function asker(subject: Subject): (operation: string, index: number) => Asked {
  const at = (path: string) => `/v2/spaces/${SPACE}/${path}`;
  const durability = subject === "durable" ? "fsync" : "async";
  const mask = known();
  const completions = Array.from({length: subject === "dual" ? queryCount() : 0}, (_, i) =>
    json({vector: numbers(row(filling.queries, i)), known: mask}),
  );
  const fresh = filling.passages.length / filling.dimension - filling.base;
  const cue = (index: number) => bytesOf(row(filling.queries, index % queryCount()));
  const post = (path: string, body: Buffer, type?: string): Asked => ({
    method: "POST",
    path: at(path),
    body,
    ...(type === undefined ? {} : {type}),
  });
  const make: Record<string, (index: number) => Asked> = {
    recall: (index) => post(`recall?k=${K}`, cue(index), VECTOR_TYPE),
    search: (index) => post(`recall?k=${K}&mode=similar`, cue(index), VECTOR_TYPE),
    complete: (index) => post("complete", completions[index % completions.length] as Buffer),
    nothing: () => ({method: "GET", path: "/health"}),
    consolidate: () => post("consolidate", json({durability: "async", tau: 0})),
    store() {
      const number = stored++;
      const head = json({id: `n${number}`, at: Date.now()});
      const length = Buffer.alloc(WORD_BYTES);
      length.writeUInt32LE(head.length);
      const vector = bytesOf(row(filling.passages, filling.base + (number % fresh)));
      return post(`episodes?durability=${durability}`, Buffer.concat([length, head, vector]), EPISODE_TYPE);
    },
  };
  return (operation, index) => (make[operation] as (index: number) => Asked)(index);
}

interface Due {
  at: number;
  operation: number;
}

/** Each operation is a Poisson process of its own, so that together they are one; laid in order of time. */
function schedule({subject, seconds, seed}: BlockInput): Due[] {
  const end = seconds * NS_PER_S;
  return Object.entries(RATES[subject])
    .flatMap(([operation, rate]) => {
      const starts =
        operation === "consolidate"
          ? Float64Array.from(
              {length: Math.ceil(rate * seconds)},
              (_, i) => ((i + FIRST_CYCLE) / rate) * NS_PER_S,
            )
          : poisson(rate, Math.ceil(ENOUGH * rate * seconds), stream(seed, `arrivals: ${operation}`));
      return Array.from(starts, (at) => ({at, operation: OPERATIONS.indexOf(operation)}));
    })
    .filter(({at}) => at < end)
    .sort((a, b) => a.at - b.at);
}

function drive(subject: Subject, due: readonly Due[], progress: (done: number) => void) {
  const ask = asker(subject);
  const tally = {counted: 0, counted_failed: 0};
  const run = openLoop({
    intended_ns: Float64Array.from(due, ({at}) => at),
    operation: Uint8Array.from(due, ({operation}) => operation),
    operations: OPERATIONS,
    async start(index) {
      tally.counted++;
      try {
        await server.ask(ask(OPERATIONS[(due[index] as Due).operation] as string, index));
      } catch (error) {
        tally.counted_failed++;
        throw error;
      }
    },
    progress: (done) => progress(done / due.length),
  });
  return run.then((ran) => ({...ran, ...tally}));
}

/** Opens all connections and has compiled what is compiled on the way, as fast as it goes; none of it is recorded. */
export async function warm({requests}: {requests: number}): Promise<void> {
  const ask = asker("async");
  let next = 0;
  const one = async () => {
    while (next < requests) {
      const index = next++;
      await server.ask(ask(WARMING[index % WARMING.length] as string, index));
    }
  };
  await Promise.all(Array.from({length: CONNECTIONS}, one));
}

export async function block(input: BlockInput, report: (value: unknown) => void): Promise<BlockOutput> {
  const flush_ns = probeFlush(`${filling.directory}/..`, FLUSH_PROBES, process.hrtime.bigint);
  const {subject, seed} = input;
  // Steady before it counts: the same load, unrecorded.
  await drive(subject, schedule({subject, seconds: LEAD_IN_S, seed: seed ^ LEAD_IN_SEED}), () => {});
  const run = await drive(subject, schedule(input), (done) => report({done, doing: `open loop, ${subject}`}));
  const stats = JSON.parse(String(await server.ask({method: "GET", path: `/v2/spaces/${SPACE}`})));
  return {...run, flush_ns, episodes: stats.episodes};
}

export async function stop(): Promise<void> {
  await server.stop();
}
