// One process that serves tenants and plays them all: the neighbour that keeps to its rate, the one that does not, ten
// equal ones, and those that are hurt. Latency is what it sees, from when a request was due.
import {readdirSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {Engine} from "../../native/engine.ts";
import {stream} from "../lab/statistics/random.ts";
import {poisson} from "../load/arrivals.ts";
import {type OpenLoopResult, openLoop} from "../load/openloop.ts";
import {type Asked, bytesOf, json, type ServedEngram, serveEngram} from "../systems/engram/server.ts";
import {type Ask, idOf, KINDS, type Marked, probe} from "./probes.ts";

export interface Setting {
  directory: string;
  dimension: number;
  passages: Float32Array;
  queries: Float32Array;
  /** Episodes of each tenant. */
  each: number;
  rate_per_s: number;
  /** Those that the server may run on. */
  server_cpus: string;
}

export interface LoopOutput {
  columns: OpenLoopResult["columns"];
  backlog_max: number;
}

const NEIGHBOUR = "neighbour";
const NOISY = "noisy";
const HURT = "hurt";
const FULL = "full";
export const EQUALS = Array.from({length: 10}, (_, i) => `equal-${i}`);
const TENANTS = [NEIGHBOUR, NOISY, HURT, FULL, ...EQUALS];

/** What is asked in a loop; the neighbour's are judged, the others' are what goes on beside. */
export const OPERATIONS = ["recall", "store", "noise", "hurt", "full"];
const STORE_SHARE = 0.3;
/** The noisy one asks for so many times what it may. */
export const EXCESS = 10;
/** What the broken and the full one ask beside the neighbour, a second. */
export const BESIDE_HURT = {hurt: 50, full: 50};
const K = 10;
const CONNECTIONS = 32;
const EQUAL_CONNECTIONS = 2;
const BATCH = 2_000;
const WARM_UP = 6_000;
const LEAD_IN_S = 1;
const LEAD_IN_SEED = 0x5eed;
const NS_PER_S = 1e9;
const U32_BYTES = 4;
const PROBE_LANES = 16;
const PROBE_SPACES = ["ann", "bob", "eve"];
const PROBE_EPISODES = 60;
const PROBE_DIMENSION = 8;
const VECTOR_TYPE = "application/vnd.engram.vector";
const EPISODE_TYPE = "application/vnd.engram.episode";

let setting: Setting;
let server: ServedEngram;
let stored = 0;

const row = (values: Float32Array, at: number) => {
  const {dimension} = setting;
  const rows = values.length / dimension;
  return values.subarray((at % rows) * dimension, ((at % rows) + 1) * dimension);
};

const recall = (tenant: string, index: number): Asked => ({
  method: "POST",
  path: `/v2/spaces/${tenant}/recall?k=${K}`,
  body: bytesOf(row(setting.queries, index)),
  type: VECTOR_TYPE,
});

function store(tenant: string): Asked {
  const number = stored++;
  const head = json({id: `new-${number}`, at: Date.now()});
  const length = Buffer.alloc(U32_BYTES);
  length.writeUInt32LE(head.length);
  const vector = bytesOf(row(setting.passages, number));
  const path = `/v2/spaces/${tenant}/episodes?durability=async`;
  return {method: "POST", path, body: Buffer.concat([length, head, vector]), type: EPISODE_TYPE};
}

/** Spaces of all tenants with as many passages each, and those that are probed. */
async function fill(): Promise<void> {
  const {directory, dimension, passages, each} = setting;
  const engine = await Engine.open(directory, {durability: "async"});
  for (const tenant of TENANTS) {
    const space = await engine.space(tenant, {dimension});
    for (let first = 0; first < each; first += BATCH) {
      const n = Math.min(BATCH, each - first);
      await space.storeBatch({
        ids: Array.from({length: n}, (_, i) => `p${first + i}`),
        embeddings: passages.subarray(first * dimension, (first + n) * dimension),
      });
    }
    await space.sync();
  }
  for (const name of PROBE_SPACES) {
    const space = await engine.space(name, {dimension: PROBE_DIMENSION});
    const ids = Array.from({length: PROBE_EPISODES}, (_, i) => idOf(name, i));
    await space.storeBatch({
      ids,
      embeddings: Float32Array.from(ids.flatMap((_, i) => vectorOf(i))),
    });
    await space.linkBatch({
      from: ids,
      to: ids.map((_, i) => idOf(name, (i * 7 + 1) % PROBE_EPISODES)),
      relation: "next",
      weights: new Float32Array(ids.length).fill(0.5),
    });
    await space.memory.consolidate(0, {tau: 0});
    await space.sync();
  }
  await engine.close();
}

/** Three directions with a little of its own for each, so that concepts form. */
const vectorOf = (i: number): number[] =>
  Array.from(
    {length: PROBE_DIMENSION},
    (_, axis) => (axis === i % 3 ? 1 : 0) + 0.1 * Math.sin(1 + i * (axis + 1)),
  );

async function serve(): Promise<void> {
  server = await serveEngram(setting.directory, {connections: CONNECTIONS, cpus: setting.server_cpus});
}

export async function main(given: Setting): Promise<void> {
  setting = given;
  await fill();
  await serve();
  const {dimension, rate_per_s, each} = given;
  for (const [tenant, quota] of [
    [NOISY, {requestsPerS: rate_per_s}],
    [FULL, {episodes: each}],
  ] as const)
    await server.ask({method: "PUT", path: `/v1/spaces/${tenant}`, body: json({dimension, quota})});
  await warm();
}

async function warm(): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next++ < WARM_UP) await server.ask(next % 3 === 0 ? store(NEIGHBOUR) : recall(NEIGHBOUR, next));
  };
  await Promise.all(Array.from({length: CONNECTIONS}, lane));
}

/** The neighbour at its rate, and beside it whatever is told with requests per second. */
export async function loop(
  {seconds, seed, beside}: {seconds: number; seed: number; beside: Record<string, number>},
  report: (value: unknown) => void,
): Promise<LoopOutput> {
  // Steady before it counts: the same load, unrecorded.
  await drive({seconds: LEAD_IN_S, seed: seed ^ LEAD_IN_SEED, beside}, () => {});
  return drive({seconds, seed, beside}, report);
}

async function drive(
  {seconds, seed, beside}: {seconds: number; seed: number; beside: Record<string, number>},
  report: (value: unknown) => void,
): Promise<LoopOutput> {
  const end = seconds * NS_PER_S;
  const {rate_per_s} = setting;
  const rates = {recall: (1 - STORE_SHARE) * rate_per_s, store: STORE_SHARE * rate_per_s, ...beside};
  const due = Object.entries(rates)
    .flatMap(([operation, rate]) =>
      Array.from(poisson(rate, Math.ceil(2 * rate * seconds) + 1, stream(seed, operation)), (at) => ({
        at,
        operation,
      })),
    )
    .filter(({at}) => at < end)
    .sort((a, b) => a.at - b.at);
  const asked: Record<string, (index: number) => Asked> = {
    recall: (index) => recall(NEIGHBOUR, index),
    store: () => store(NEIGHBOUR),
    noise: (index) => recall(NOISY, index),
    hurt: () => store(HURT),
    full: () => store(FULL),
  };
  const run = await openLoop({
    intended_ns: Float64Array.from(due, ({at}) => at),
    operation: Uint8Array.from(due, ({operation}) => OPERATIONS.indexOf(operation)),
    operations: OPERATIONS,
    start: (index) =>
      server.ask((asked[(due[index] as {operation: string}).operation] as (i: number) => Asked)(index)),
    progress: (done) => report({done: done / due.length}),
  });
  return {columns: run.columns, backlog_max: run.backlog_max};
}

/** Ten equal tenants, each with as many connections, ask as fast as they are answered; answers of each. */
export async function equals({seconds}: {seconds: number}): Promise<number[]> {
  const until = performance.now() + seconds * 1_000;
  const answered = EQUALS.map(() => 0);
  const lane = async (tenant: number) => {
    while (performance.now() < until) {
      await server.ask(recall(EQUALS[tenant] as string, answered[tenant] as number));
      answered[tenant] = (answered[tenant] as number) + 1;
    }
  };
  await Promise.all(
    EQUALS.flatMap((_, tenant) => Array.from({length: EQUAL_CONNECTIONS}, () => lane(tenant))),
  );
  return answered;
}

const OUTCOMES = ["ok", "leak", "failed"];

/** So many probes over the border of spaces, drawn by the seed. */
export async function probes(
  {count, seed}: {count: number; seed: number},
  report: (value: unknown) => void,
): Promise<LoopOutput["columns"]> {
  const draw = stream(seed, "probes");
  const below = (n: number) => Math.floor(draw() * n);
  const marked: Marked = {spaces: PROBE_SPACES, episodes: PROBE_EPISODES, vectorOf};
  const ask: Ask = async (method, path, body) =>
    String(await server.ask({method, path, ...(body === undefined ? {} : {body: json(body)})}));
  const columns = {
    operation: new Uint8Array(count),
    operations: KINDS,
    intended_ns: new Float64Array(count),
    start_ns: new Float64Array(count),
    end_ns: new Float64Array(count),
    status: new Uint8Array(count),
    statuses: OUTCOMES,
  };
  const began = process.hrtime.bigint();
  const now = () => Number(process.hrtime.bigint() - began);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      const drawn = [below(KINDS.length), below(PROBE_SPACES.length), below(PROBE_EPISODES)] as const;
      columns.operation[index] = drawn[0];
      columns.intended_ns[index] = columns.start_ns[index] = now();
      columns.status[index] = OUTCOMES.indexOf(await probe(ask, marked, drawn));
      columns.end_ns[index] = now();
      if (index % 500 === 0) report({done: index / count});
    }
  };
  await Promise.all(Array.from({length: PROBE_LANES}, lane));
  return columns;
}

/** One byte in the middle of one space's log is turned over while nobody serves; then all are served again. */
export async function hurt(): Promise<{damaged: boolean}> {
  await server.stop();
  const folder = join(setting.directory, HURT);
  const log = readdirSync(folder)
    .filter((name) => name.startsWith("log-"))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  const bytes = readFileSync(log);
  // Behind the last record lies room that was written ahead: zeros, whose damage is none.
  const middle = bytes.findLastIndex((byte) => byte !== 0) >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 0xff;
  writeFileSync(log, bytes);
  await serve();
  await warm();
  const stats = JSON.parse(String(await server.ask({method: "GET", path: `/v1/spaces/${HURT}`})));
  return {damaged: stats.readOnly?.code === "damaged"};
}
export async function stop(): Promise<void> {
  await server.stop();
}
