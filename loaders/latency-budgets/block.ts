// One process that fills a space, serves it, and asks it under an open loop: the client of experiment 110. Latency is
// what this process sees, from when a request was due to when its answer was read.
import {Engine} from "../../native/engine.ts";
import {stream} from "../lab/statistics/random.ts";
import {probeFlush} from "../latency-tail/disk.ts";
import {poisson} from "../load/arrivals.ts";
import {type OpenLoopResult, openLoop} from "../load/openloop.ts";
import {type Asked, bytesOf, json, type ServedEngram, serveEngram} from "../systems/engram/server.ts";

export type Subject = "async" | "durable" | "dual";

export interface Filling {
  directory: string;
  dimension: number;
  /** Row-major; the first `base` are there before the run, the others are stored in it. */
  passages: Float32Array;
  base: number;
  queries: Float32Array;
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
  /** A request that asks for nothing, one after the other on the same connections; ns. */
  null_ns: Float64Array;
  episodes: number;
}

const OPERATIONS = ["store", "recall", "search", "complete", "consolidate"];
type Rates = Record<Subject, Record<string, number>>;
/** Requests a second. The mix is that of tasks.md, 1,000/s of which 50 % store, 42.5 % recall, 7.5 % search; what is
 *  asked less often has a block of its own with more of it, so that its percentile has its sample. */
export const MIX_PER_S = 1_000;
const MIX = {store: 0.5 * MIX_PER_S, recall: 0.425 * MIX_PER_S, search: 0.075 * MIX_PER_S, consolidate: 0.2};
export const RATES: Rates = {
  async: MIX,
  durable: MIX,
  dual: {store: 100, recall: 50, complete: 20, consolidate: 5},
};

const SPACE = "budget";
const K = 10;
const CONNECTIONS = 32;
const BATCH = 2_000;
const FLUSH_PROBES = 400;
const NULL_REQUESTS = 300;
const WARM_UP = 400;
const WORD_BYTES = 4;
const EPISODES_TYPE = "application/vnd.engram.episodes";
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
  server = await serveEngram(directory, CONNECTIONS);
  return {episodes, concepts};
}

/** What to send, all of it made before the clock starts but the vectors of stores, which are only copied. */
function asker(subject: Subject): (operation: string, index: number) => Asked {
  const at = (path: string) => `/v2/spaces/${SPACE}/${path}`;
  const durability = subject === "durable" ? "fsync" : "async";
  const cues = (make: (vector: number[]) => unknown) =>
    Array.from({length: queryCount()}, (_, i) => json(make(numbers(row(filling.queries, i)))));
  const mask = known();
  const bodies: Record<string, Buffer[]> = {
    recall: cues((vector) => ({cue: {kind: "vector", vector}, k: K})),
    search: cues((vector) => ({cue: {kind: "vector", vector}, k: K, mode: "similar"})),
    complete: subject === "dual" ? cues((vector) => ({vector, known: mask})) : [],
  };
  const fresh = filling.passages.length / filling.dimension - filling.base;
  return (operation, index) => {
    if (operation === "consolidate")
      return {method: "POST", path: at("consolidate"), body: json({durability: "async", tau: 0})};
    if (operation === "store") {
      const number = stored++;
      const head = json({episodes: [{id: `n${number}`, at: Date.now()}]});
      const length = Buffer.alloc(WORD_BYTES);
      length.writeUInt32LE(head.length);
      const vector = bytesOf(row(filling.passages, filling.base + (number % fresh)));
      const body = Buffer.concat([length, head, vector]);
      return {
        method: "POST",
        path: at(`episodes/batch?durability=${durability}`),
        body,
        type: EPISODES_TYPE,
      };
    }
    const made = bodies[operation] ?? [];
    const body = made[index % made.length] as Buffer;
    return {method: "POST", path: at(operation === "complete" ? "complete" : "recall"), body};
  };
}

interface Due {
  at: number;
  operation: number;
}

/** Each operation is a Poisson process of its own, so that together they are one; laid in order of time. */
function schedule({subject, seconds, seed}: BlockInput): Due[] {
  return Object.entries(RATES[subject])
    .flatMap(([operation, rate]) =>
      Array.from(
        operation === "consolidate"
          ? Float64Array.from({length: Math.floor(rate * seconds)}, (_, i) => ((i + 0.5) / rate) * 1e9)
          : poisson(rate, Math.round(rate * seconds), stream(seed, `arrivals: ${operation}`)),
        (at) => ({at, operation: OPERATIONS.indexOf(operation)}),
      ),
    )
    .sort((a, b) => a.at - b.at);
}

export async function block(input: BlockInput, report: (value: unknown) => void): Promise<BlockOutput> {
  const due = schedule(input);
  const ask = asker(input.subject);
  const flush_ns = probeFlush(`${filling.directory}/..`, FLUSH_PROBES, process.hrtime.bigint);
  for (let i = 0; i < WARM_UP; i++) await server.ask(ask(["recall", "search", "store"][i % 3] as string, i));
  const null_ns = new Float64Array(NULL_REQUESTS);
  for (let i = 0; i < NULL_REQUESTS; i++) {
    const began = process.hrtime.bigint();
    await server.ask({method: "GET", path: "/health"});
    null_ns[i] = Number(process.hrtime.bigint() - began);
  }
  const tally = {counted: 0, counted_failed: 0};
  const run = await openLoop({
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
    progress: (done) => report({done: done / due.length, doing: `open loop, ${input.subject}`}),
  });
  const stats = JSON.parse(String(await server.ask({method: "GET", path: `/v2/spaces/${SPACE}`})));
  return {...run, ...tally, flush_ns, null_ns, episodes: stats.episodes};
}

export async function stop(): Promise<void> {
  await server.stop();
}
