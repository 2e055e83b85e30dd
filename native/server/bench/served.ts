// What a served recall costs beside a request that does nothing, per second of the server's own CPU: the roads are
// asked in turn, forth and back, and judged by the medians of their rounds. npm run bench:server; with --lines each round
// of each road is told as JSON, for experiment 110.
import {fork, spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {argv, stdout} from "node:process";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {Engine} from "../../engine.ts";
import {HITS_TYPE, VECTOR_TYPE} from "../binary.ts";
import type {LoadTask} from "./load.ts";

const {values} = parseArgs({
  args: argv.slice(2),
  options: {
    vectors: {type: "string", default: "10000"},
    dimension: {type: "string", default: "384"},
    rounds: {type: "string", default: "5"},
    seconds: {type: "string", default: "1"},
    connections: {type: "string", default: "16"},
    lines: {type: "boolean", default: false},
    roads: {type: "string", default: ""},
  },
});
const [vectors, dimension, rounds, seconds, connections] = [
  values.vectors,
  values.dimension,
  values.rounds,
  values.seconds,
  values.connections,
].map(Number) as [number, number, number, number, number];

const CENTRES = 64;
const CUES = 256;
const TICKS_PER_SECOND = 100;

/** Mulberry32: the same data in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function clustered(n: number, next: () => number): Float32Array {
  const centres = Float32Array.from({length: CENTRES * dimension}, () => next() - 0.5);
  return Float32Array.from({length: n * dimension}, (_, i) => {
    const centre = Math.floor(i / dimension) % CENTRES;
    return (centres[centre * dimension + (i % dimension)] ?? 0) + 0.6 * (next() - 0.5);
  });
}

interface Road {
  name: string;
  path: string;
  binary: boolean;
  /** Further header lines. */
  more?: string[];
}

/** A field that makes a request one for Node: the road of all that have keys, TLS or options. */
const FOR_NODE = ["TE: trailers"];

const ROADS: Road[] = [
  {name: "null, bytes", path: "/v1/null", binary: true},
  {name: "recall, bytes", path: "/v1/spaces/bench/recall", binary: true},
  {name: "null, JSON", path: "/v1/null", binary: false},
  {name: "recall, JSON", path: "/v1/spaces/bench/recall", binary: false},
  {name: "recall by Node, bytes", path: "/v1/spaces/bench/recall", binary: true, more: FOR_NODE},
  {name: "recall by Node, JSON", path: "/v1/spaces/bench/recall", binary: false, more: FOR_NODE},
  {name: "recall by the router, JSON", path: "/v1/spaces/benc%68/recall", binary: false},
];

/** Those whose names begin as told; all where none is told. */
const taken = ROADS.filter(({name}) =>
  values.roads.split(";").some((beginning) => name.startsWith(beginning)),
);

/** CPU of a process so far, seconds: user and system, all threads. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function median(sorted: number[]): number {
  return sorted.sort((a, b) => a - b)[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const asker = fork(fileURLToPath(new URL("./load.ts", import.meta.url)), {execArgv: ["--import", "tsx"]});

async function ask(port: number, {path, binary, more = []}: Road, cues: Float32Array): Promise<number> {
  const bodies = Array.from({length: CUES}, (_, i) => {
    const vector = cues.slice(i * dimension, (i + 1) * dimension);
    return (
      binary ? Buffer.from(vector.buffer) : Buffer.from(JSON.stringify({vector: Array.from(vector)}))
    ).toString("base64");
  });
  const headers = binary
    ? [`Content-Type: ${VECTOR_TYPE}`, `Accept: ${HITS_TYPE}`]
    : ["Content-Type: application/json"];
  const task: LoadTask = {port, path, headers: [...headers, ...more], bodies, connections, seconds};
  asker.send(task);
  const [{ok, failed}] = (await once(asker, "message")) as [{ok: number; failed: number}];
  if (failed > 0) throw new Error(`${failed} of ${failed + ok} requests to ${path} failed`);
  return ok;
}

const directory = mkdtempSync(join(tmpdir(), "engram-served-"));
const next = random(1);
const data = clustered(vectors, next);
const engine = await Engine.open(directory, {durability: "async"});
const space = await engine.space("bench", {dimension});
await space.storeBatch({ids: Array.from({length: vectors}, (_, i) => `episode-${i}`), embeddings: data});
await engine.close();
const cues = Float32Array.from(data.subarray(0, CUES * dimension), (value) => value + 0.2 * (next() - 0.5));

const port = 17_700 + (process.pid % 1_000);
const server = spawn(
  process.execPath,
  [
    "--import",
    "tsx",
    fileURLToPath(new URL("../main.ts", import.meta.url)),
    "--data",
    directory,
    "--port",
    String(port),
  ],
  {stdio: ["ignore", "pipe", "inherit"]},
);
try {
  await once(server.stdout, "data");
  const rates = new Map(taken.map(({name}) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++)
    for (const road of round % 2 === 0 ? taken : [...taken].reverse()) {
      const before = cpuSeconds(server.pid as number);
      const answered = await ask(port, road, cues);
      const used = cpuSeconds(server.pid as number) - before;
      if (round < 0) continue; // the first round warms
      rates.get(road.name)?.push(answered / used);
      if (values.lines)
        stdout.write(`${JSON.stringify({road: road.name, round, answered, cpuSeconds: used})}\n`);
    }
  if (!values.lines) print(rates);
} finally {
  asker.disconnect();
  server.kill("SIGTERM");
  await once(server, "exit");
  rmSync(directory, {recursive: true});
}

function print(rates: Map<string, number[]>): void {
  stdout.write(
    `${vectors} × ${dimension}, k = 10, ${connections} connections, ${rounds} rounds of ${seconds} s\n`,
  );
  for (const {name, binary} of taken) {
    const rate = median(rates.get(name) ?? []);
    const ratios = (rates.get(name) ?? []).map(
      (value, i) => value / (rates.get(binary ? "null, bytes" : "null, JSON")?.[i] ?? 1),
    );
    stdout.write(
      `${name.padEnd(28)} ${rate.toFixed(0).padStart(7)} per CPU-second   ${median(ratios).toFixed(2)} of null\n`,
    );
  }
}
