// The worker's side of a system under test: runs in a process of its own, holds one system open, and times
// it request by request. Everything but the timed call happens outside of the clock.
import {createHash} from "node:crypto";
import type {GraphTraversal, Loaded, System, VectorSearch} from "./system.ts";

export interface Timed {
  /** ns on the process's monotonic clock, per request, in the order asked. */
  start_ns: Float64Array;
  end_ns: Float64Array;
}

let vectors: VectorSearch | undefined;
let graph: GraphTraversal | undefined;

/** `folder`: file URL of the system's folder, with a slash at its end. */
async function systemIn(folder: string): Promise<System> {
  const {system} = (await import(new URL("index.ts", folder).href)) as {system: System};
  return system;
}

function opened<Face>(face: Face | undefined, doing: string): Face {
  if (face === undefined) throw new Error(`nothing is loaded to ${doing}; call load first`);
  return face;
}

const nanoseconds = () => Number(process.hrtime.bigint());

async function timed(n: number, request: (index: number) => void | Promise<void>): Promise<Timed> {
  const start_ns = new Float64Array(n);
  const end_ns = new Float64Array(n);
  for (let index = 0; index < n; index++) {
    start_ns[index] = nanoseconds();
    const pending = request(index);
    if (pending !== undefined) await pending; // a synchronous system pays for no promise
    end_ns[index] = nanoseconds();
  }
  return {start_ns, end_ns};
}

export async function prepare(
  {folder, cache}: {folder: string; cache: string},
  report: (line: string) => void,
) {
  return (await systemIn(folder)).prepare(cache, report);
}

export interface VectorsLoaded extends Loaded {
  size: number;
  bytes: number | null;
  efforts: number[];
}

export async function loadVectors(input: {
  folder: string;
  cache: string;
  directory: string;
  vectors: Float32Array;
  dimension: number;
}): Promise<VectorsLoaded> {
  const system = await systemIn(input.folder);
  vectors = opened(await system.vectorSearch?.(input.cache), "search vectors");
  const loaded = await vectors.load(input.vectors, input.dimension, input.directory);
  return {...loaded, size: vectors.size(), bytes: vectors.bytes(), efforts: [...vectors.efforts]};
}

const ROUNDS_OF_WARM_UP = 20;

/** One pass over the queries at one effort: answers n × k, best first. */
export async function search(input: {
  queries: Float32Array;
  dimension: number;
  k: number;
  effort: number;
}): Promise<Timed & {ordinals: Uint32Array}> {
  const face = opened(vectors, "search");
  const {queries, dimension, k, effort} = input;
  const n = queries.length / dimension;
  const cues = Array.from({length: n}, (_, at) =>
    face.cue(queries.subarray(at * dimension, (at + 1) * dimension)),
  );
  const ordinals = new Uint32Array(n * k);
  const rows = Array.from({length: n}, (_, at) => ordinals.subarray(at * k, (at + 1) * k));
  for (let at = 0; at < Math.min(n, ROUNDS_OF_WARM_UP); at++)
    await face.search(cues[at], k, effort, rows[at] as Uint32Array);
  const times = await timed(n, (at) => face.search(cues[at], k, effort, rows[at] as Uint32Array));
  return {...times, ordinals};
}

export async function searchNothing(input: {query: Float32Array; n: number}): Promise<Timed> {
  const face = opened(vectors, "ask for nothing");
  const cue = face.cue(input.query);
  const out = new Uint32Array(1);
  return timed(input.n, () => face.nullRequest(cue, out));
}

export interface GraphLoaded extends Loaded {
  size: number;
}

export async function loadGraph(input: {
  folder: string;
  cache: string;
  directory: string;
  nodes: number;
  from: Uint32Array;
  to: Uint32Array;
}): Promise<GraphLoaded> {
  const system = await systemIn(input.folder);
  graph = opened(await system.graphTraversal?.(input.cache), "walk a graph");
  const loaded = await graph.load(input.nodes, input.from, input.to, input.directory);
  return {...loaded, size: await graph.size()};
}

/** Times the counting of what lies within `hops` of each seed. */
export async function reach(input: {
  seeds: Uint32Array;
  hops: number;
}): Promise<Timed & {counts: Uint32Array}> {
  const face = opened(graph, "walk");
  const counts = new Uint32Array(input.seeds.length);
  const times = await timed(input.seeds.length, (at) => {
    const found = face.reach(input.seeds[at] as number, input.hops);
    if (typeof found === "number") {
      counts[at] = found;
      return undefined;
    }
    return found.then((count) => {
      counts[at] = count;
    });
  });
  return {...times, counts};
}

/** SHA-256 over seed, hops and the sorted nodes of each answer. */
export function answersSha256(answers: Iterable<{seed: number; hops: number; nodes: Uint32Array}>): string {
  const hash = createHash("sha256");
  for (const {seed, hops, nodes} of answers) hash.update(`${seed} ${hops} ${nodes.toSorted().join(" ")}\n`);
  return hash.digest("hex");
}

export async function reached(input: {seeds: Uint32Array; hops: number[]}): Promise<{sha256: string}> {
  const face = opened(graph, "walk");
  const answers: {seed: number; hops: number; nodes: Uint32Array}[] = [];
  for (const hops of input.hops)
    for (const seed of input.seeds) answers.push({seed, hops, nodes: await face.reached(seed, hops)});
  return {sha256: answersSha256(answers)};
}

export async function reachNothing(input: {n: number}): Promise<Timed> {
  const face = opened(graph, "ask for nothing");
  return timed(input.n, () => face.nullRequest());
}

export async function close(): Promise<void> {
  await vectors?.close();
  await graph?.close();
}
