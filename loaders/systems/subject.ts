// The worker's side of a system under test: runs in a process of its own, holds one face of one system open, and
// times it request by request. Everything but the timed call happens outside of the clock.
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {diskBytes, family, memoryBytes} from "./footprint.ts";
import {
  type DurableWrites,
  type EdgeList,
  type Face,
  type GraphTraversal,
  type HybridAnswer,
  type HybridSearch,
  NOTHING,
  type Opening,
  type Pass,
  type Readiness,
  type System,
  type VectorSearch,
} from "./system.ts";

export interface Timed {
  /** ns on the machine's monotonic clock, per request, in the order asked. */
  start_ns: Float64Array;
  end_ns: Float64Array;
  /** `inside`: by the system's own process, around the vendor's call; `around`: by this one, road included. */
  clock: "inside" | "around";
  /** Round trips of some of the same requests, ns, where the clock was inside; else empty. */
  road_ns: Float64Array;
  /** Median request of each warm-up round, ns. */
  warm_up_ns: Float64Array;
}

/** Which system, set up how; `folder`: file URL of its folder, with a slash at its end. */
export interface Subject {
  folder: string;
  cache: string;
  /** Of its name; the best known one where it is left out. */
  configuration?: string;
  /** Shared by all subjects: each has a folder of its own below. */
  directory: string;
  threads?: number;
}

export interface Loaded extends Readiness {
  /** Until its process answers and what the directory holds is open. */
  start_seconds: number;
  /** The directory held the data already. */
  reused: boolean;
  build_seconds: number;
  /** From the last row handed over until the index is built. */
  ready_seconds: number;
}

interface Held {
  face: Face;
  opening: Opening;
  /** Memory of this process before the face was opened. */
  baseline_bytes: number;
}

/** Marks a directory whose loading was not broken off: without it there is nothing to be opened again. */
const WHOLE = "whole";
const WARM_UP_MS_MAX = 5_000;
/** Requests whose round trip is taken, where the clock that counts is inside. */
const ROAD_REQUESTS = 50;

let held: Held | undefined;
let vectors: VectorSearch | undefined;
let graph: GraphTraversal | undefined;
let hybrid: HybridSearch | undefined;
let writes: DurableWrites | undefined;

async function systemIn(folder: string): Promise<System> {
  const {system} = (await import(new URL("index.ts", folder).href)) as {system: System};
  return system;
}

function opened<F>(face: F | undefined, doing: string): F {
  if (face === undefined) throw new Error(`nothing is loaded to ${doing}; load it first`);
  return face;
}

const nanoseconds = () => Number(process.hrtime.bigint());
const secondsSince = (began: number) => (nanoseconds() - began) / 1e9;

export async function prepare(
  {folder, cache}: {folder: string; cache: string},
  report: (line: string) => void,
) {
  return (await systemIn(folder)).prepare(cache, report);
}

function openingOf({card}: System, subject: Subject, dimension: number, face: string): Opening {
  const name = subject.configuration ?? card.configurations[0].name;
  const configuration = card.configurations.find((candidate) => candidate.name === name);
  if (configuration === undefined)
    throw new RangeError(
      `${card.name} has no configuration "${name}"; it has ${card.configurations.map((each) => each.name).join(", ")}`,
    );
  const directory = join(subject.directory, `${card.name}-${name}-${face}`);
  return {cache: subject.cache, configuration, directory, dimension, threads: subject.threads ?? 1};
}

/** Opens a face, loads it where its directory was empty, and waits for its index. */
async function open<F extends Face>(
  subject: Subject,
  name: "vectorSearch" | "graphTraversal" | "hybridSearch" | "durableWrites",
  dimension: number,
  load: ((face: F) => Promise<void>) | null,
): Promise<{face: F; loaded: Loaded}> {
  const system = await systemIn(subject.folder);
  const opening = openingOf(system, subject, dimension, name);
  const whole = join(opening.directory, WHOLE);
  if (load !== null && !existsSync(whole)) rmSync(opening.directory, {recursive: true, force: true});
  mkdirSync(opening.directory, {recursive: true});
  const face = system[name]?.(opening) as F | undefined;
  if (face === undefined) throw new TypeError(`${system.card.name} has no ${name}`);
  held = {face, opening, baseline_bytes: memoryBytes([process.pid])};
  let began = nanoseconds();
  const reused = await face.start();
  const start_seconds = secondsSince(began);
  began = nanoseconds();
  if (!reused && load !== null) await load(face);
  const build_seconds = secondsSince(began);
  began = nanoseconds();
  const readiness = await face.ready();
  if (load !== null) writeFileSync(whole, "");
  return {
    face,
    loaded: {...readiness, reused, start_seconds, build_seconds, ready_seconds: secondsSince(began)},
  };
}

export interface VectorsLoaded extends Loaded {
  efforts: number[];
}

/** `vectors` null: opens what is there. */
export async function loadVectors(
  input: Subject & {vectors: Float32Array | null; dimension: number},
): Promise<VectorsLoaded> {
  const given = input.vectors;
  const {face, loaded} = await open<VectorSearch>(
    input,
    "vectorSearch",
    input.dimension,
    given && ((search) => search.load(given)),
  );
  vectors = face;
  return {...loaded, efforts: [...face.efforts]};
}

export interface GraphLoaded extends Loaded {
  wordings: string[];
  spreads: boolean;
}

/** `edges` null: opens what is there. */
export async function loadGraph(input: Subject & {edges: EdgeList | null}): Promise<GraphLoaded> {
  const given = input.edges;
  const {face, loaded} = await open<GraphTraversal>(
    input,
    "graphTraversal",
    0,
    given && ((walk) => walk.load(given)),
  );
  graph = face;
  return {...loaded, wordings: [...face.wordings], spreads: face.spread !== undefined};
}

export async function loadHybrid(
  input: Subject & {vectors: Float32Array; dimension: number; edges: EdgeList; groups: Uint8Array},
): Promise<VectorsLoaded> {
  const {face, loaded} = await open<HybridSearch>(input, "hybridSearch", input.dimension, (both) =>
    both.load(input.vectors, input.edges, input.groups),
  );
  hybrid = face;
  return {...loaded, efforts: [...face.efforts]};
}

export async function openWrites(input: Subject & {dimension: number}): Promise<Loaded> {
  const {face, loaded} = await open<DurableWrites>(input, "durableWrites", input.dimension, null);
  writes = face;
  return loaded;
}

async function timed(
  n: number,
  request: (index: number) => unknown,
): Promise<Pick<Timed, "start_ns" | "end_ns">> {
  const start_ns = new Float64Array(n);
  const end_ns = new Float64Array(n);
  for (let index = 0; index < n; index++) {
    start_ns[index] = nanoseconds();
    const pending = request(index);
    if (pending instanceof Promise) await pending; // a synchronous system pays for no promise
    end_ns[index] = nanoseconds();
  }
  return {start_ns, end_ns};
}

const durations = ({start_ns, end_ns}: Pick<Timed, "start_ns" | "end_ns">) =>
  end_ns.map((end, at) => end - (start_ns[at] as number));

const medianOf = (values: Float64Array) => values.toSorted()[Math.floor(values.length / 2)] ?? 0;

const NO_ROAD = {clock: "around", road_ns: new Float64Array(0)} as const;

/** Questions this process has warmed up for: asked again, one round is enough. */
const warmed = new Set<string>();

/** Repeats `round` as often as the configuration says, or until the time for it is over; the median of each. A
 *  question without a name is a probe: it warms nothing. */
async function warmUp(
  question: string | null,
  round: () => Promise<Pick<Timed, "start_ns" | "end_ns">>,
): Promise<Float64Array> {
  if (question === null) return new Float64Array(0);
  const configured = held?.opening.configuration.warm_up_rounds ?? 0;
  const rounds = warmed.has(question) ? Math.min(1, configured) : configured;
  warmed.add(question);
  const until = nanoseconds() + WARM_UP_MS_MAX * 1e6;
  const medians: number[] = [];
  while (medians.length < rounds && nanoseconds() < until) medians.push(medianOf(durations(await round())));
  return Float64Array.from(medians);
}

/** Warms up, then takes the times: inside by `pass` where the system has a process of its own, else around `ask`. */
async function measured<Answers>(
  question: string | null,
  n: number,
  ask: (index: number) => unknown,
  pass: (() => Promise<Pass<Answers>>) | undefined,
  answers: Answers,
): Promise<Timed & {answers: Answers}> {
  if (pass === undefined) {
    const warm_up_ns = await warmUp(question, () => timed(n, ask));
    return {...(await timed(n, ask)), ...NO_ROAD, warm_up_ns, answers};
  }
  const warm_up_ns = await warmUp(question, pass);
  const road_ns = durations(await timed(Math.min(n, ROAD_REQUESTS), ask));
  return {...(await pass()), clock: "inside", road_ns, warm_up_ns};
}

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
  const pass = face.searchPass?.bind(face);
  const {answers, ...times} = await measured(
    `search ${effort}`,
    n,
    (at) => face.search(cues[at], k, effort, rows[at] as Uint32Array),
    pass && (() => pass(queries, k, effort)),
    ordinals,
  );
  return {...times, ordinals: answers};
}

/** All queries at once on all threads: the whole time and the answers; null where the system has no such call. */
export async function searchBatch(input: {
  queries: Float32Array;
  k: number;
  effort: number;
}): Promise<{start_ns: number; end_ns: number; ordinals: Uint32Array} | null> {
  const face = opened(vectors, "search");
  if (face.searchBatch === undefined) return null;
  await face.searchBatch(input.queries, input.k, input.effort);
  const start_ns = nanoseconds();
  const ordinals = await face.searchBatch(input.queries, input.k, input.effort);
  return {start_ns, end_ns: nanoseconds(), ordinals};
}

export async function searchNothing(input: {query: Float32Array; n: number}): Promise<Timed> {
  const face = opened(vectors, "ask for nothing");
  const cue = face.cue(input.query);
  const out = new Uint32Array(1);
  const {answers: _, ...times} = await measured(
    "nothing",
    input.n,
    () => face.nullRequest(cue, out),
    undefined,
    undefined,
  );
  return times;
}

/** Times the counting of what lies within `hops` of each seed. */
export async function reach(input: {
  seeds: Uint32Array;
  hops: number;
  wording?: string;
  /** To learn what it costs: without warming up, and without counting as warmed. */
  probe?: boolean;
}): Promise<Timed & {counts: Uint32Array}> {
  const face = opened(graph, "walk");
  const {seeds, hops, wording = face.wordings[0] as string, probe = false} = input;
  const counts = new Uint32Array(seeds.length);
  const pass = face.reachPass?.bind(face);
  const {answers, ...times} = await measured(
    probe ? null : `reach ${hops} ${wording}`,
    seeds.length,
    (at) => {
      const found = face.reach(seeds[at] as number, hops, wording);
      if (typeof found !== "number")
        return found.then((count) => {
          counts[at] = count;
        });
      counts[at] = found;
      return undefined;
    },
    pass && (() => pass(seeds, hops, wording)),
    counts,
  );
  return {...times, counts: answers};
}

/** SHA-256 over seed, hops and the sorted nodes of each answer. */
export function answersSha256(answers: Iterable<{seed: number; hops: number; nodes: Uint32Array}>): string {
  const hash = createHash("sha256");
  for (const {seed, hops, nodes} of answers) hash.update(`${seed} ${hops} ${nodes.toSorted().join(" ")}\n`);
  return hash.digest("hex");
}

export async function reached(input: {
  seeds: Uint32Array;
  hops: number[];
  wording?: string;
}): Promise<{sha256: string}> {
  const face = opened(graph, "walk");
  const {wording = face.wordings[0] as string} = input;
  const answers: {seed: number; hops: number; nodes: Uint32Array}[] = [];
  for (const hops of input.hops)
    for (const seed of input.seeds)
      answers.push({seed, hops, nodes: await face.reached(seed, hops, wording)});
  return {sha256: answersSha256(answers)};
}

/** Times weighted spreading from each seed: n × limit ordinals, strongest first, filled up with NOTHING. */
export async function spread(input: {
  seeds: Uint32Array;
  limit: number;
  wording?: string;
}): Promise<Timed & {ordinals: Uint32Array}> {
  const face = opened(graph, "spread");
  const ask = opened(face.spread, "spread").bind(face);
  const pass = face.spreadPass?.bind(face);
  const {seeds, limit, wording = face.wordings[0] as string} = input;
  const ordinals = new Uint32Array(seeds.length * limit).fill(NOTHING);
  const {answers, ...times} = await measured(
    `spread ${wording}`,
    seeds.length,
    (at) => {
      const found = ask(seeds[at] as number, limit, wording);
      if (found instanceof Promise)
        return found.then((strongest) => ordinals.set(strongest.subarray(0, limit), at * limit));
      ordinals.set(found.subarray(0, limit), at * limit);
      return undefined;
    },
    pass && (() => pass(seeds, limit, wording)),
    ordinals,
  );
  return {...times, ordinals: answers};
}

export async function reachNothing(input: {n: number}): Promise<Timed> {
  return nothing(opened(graph, "ask for nothing"), input.n);
}

async function nothing(face: {nullRequest(): unknown}, n: number): Promise<Timed> {
  const {answers: _, ...times} = await measured("nothing", n, () => face.nullRequest(), undefined, undefined);
  return times;
}

/** Vector, then two hops, filtered by group: one answer per query and its group. */
export async function askHybrid(input: {
  queries: Float32Array;
  dimension: number;
  groups: Uint8Array;
  k: number;
  effort: number;
}): Promise<Timed & {answers: HybridAnswer[]}> {
  const face = opened(hybrid, "ask");
  const {queries, dimension, groups, k, effort} = input;
  const cues = Array.from(groups, (_, at) =>
    face.cue(queries.subarray(at * dimension, (at + 1) * dimension)),
  );
  const answers: HybridAnswer[] = [];
  const pass = face.askPass?.bind(face);
  return measured(
    `hybrid ${effort}`,
    groups.length,
    (at) => {
      const answer = face.ask(cues[at], k, effort, groups[at] as number);
      if (answer instanceof Promise)
        return answer.then((found) => {
          answers[at] = found;
        });
      answers[at] = answer;
      return undefined;
    },
    pass && (() => pass(queries, groups, k, effort)),
    answers,
  );
}

export async function hybridNothing(input: {n: number}): Promise<Timed> {
  return nothing(opened(hybrid, "ask for nothing"), input.n);
}

/** Writes the rows in batches, each acknowledged before the next: one request per batch. No warm-up: what was written
 *  stays written. */
export async function write(input: {
  first: number;
  vectors: Float32Array;
  dimension: number;
  batch: number;
}): Promise<Timed> {
  const face = opened(writes, "write");
  const {first, dimension, batch} = input;
  const rows = input.vectors.length / dimension;
  const none = {road_ns: new Float64Array(0), warm_up_ns: new Float64Array(0)};
  if (face.writePass !== undefined) {
    const {start_ns, end_ns} = await face.writePass(first, input.vectors, batch);
    return {start_ns, end_ns, clock: "inside", ...none};
  }
  const times = await timed(Math.ceil(rows / batch), (at) =>
    face.write(
      first + at * batch,
      input.vectors.subarray(at * batch * dimension, (at + 1) * batch * dimension),
    ),
  );
  return {...times, clock: "around", ...none};
}

export async function writeNothing(input: {n: number}): Promise<Timed> {
  return nothing(opened(writes, "ask for nothing"), input.n);
}

/** What can be read back now, ascending: a system that loses writes shows here, most of all after it was killed. */
export async function written(): Promise<{ordinals: Uint32Array}> {
  return {ordinals: (await opened(writes, "read back").written()).toSorted()};
}

export interface Footprint {
  /** Of this process and those that hold the system, shared pages by share (PSS). */
  memory_bytes: number;
  /** Of this process before the system was opened. */
  baseline_bytes: number;
  disk_bytes: number;
}

export async function footprint(): Promise<Footprint> {
  const {face, opening, baseline_bytes} = opened(held, "measure");
  return {
    memory_bytes: memoryBytes([process.pid, ...face.processes().flatMap(family)]),
    baseline_bytes,
    disk_bytes: diskBytes(opening.directory),
  };
}

/** Processes that hold the system, beside this one. */
export async function processes(): Promise<number[]> {
  return held?.face.processes() ?? [];
}

export async function close(): Promise<void> {
  await held?.face.stop();
  held = undefined;
}
