// One process that serves a space under a supervisor, moves its sessions from episodic recall to dual memory while they
// ask, restarts the server behind its port, and keeps a ledger of all that it was told.
import {Engine} from "../../native/engine.ts";
import {stream} from "../lab/statistics/random.ts";
import {poisson} from "../load/arrivals.ts";
import {type OpenLoopResult, openLoop} from "../load/openloop.ts";
import {bytesOf, json, type ServedEngram, serveEngram} from "../systems/engram/server.ts";
import {flipped, isMoved, plan, type Route, reconcile, type Stage} from "./stages.ts";

export interface Input {
  directory: string;
  dimension: number;
  /** Row-major; the first `base` are there before the run, the others are stored in it. */
  passages: Float32Array;
  base: number;
  queries: Float32Array;
  sessions: number;
  rate_per_s: number;
  stage_seconds: number;
  restarts: number;
  restart_seconds: number;
  seed: number;
  /** Those that the server may run on. */
  server_cpus: string;
}

export interface StageOutput {
  name: string;
  columns: OpenLoopResult["columns"];
  /** Requests of the stage that went the new way, 0…1. */
  moved: number;
  /** Shadow answers that were compared, and the mean share of the ten old hits that the new way has, too. */
  compared: number;
  overlap: number;
}

export interface Output {
  stages: StageOutput[];
  backlog_max: number;
  concepts: number;
  /** Processes that served behind the port. */
  servers: number;
  acknowledged: number;
  lost: number;
  extra: number;
  /** Sessions that did not stay where they were. */
  flipped: number;
  /** Reads of a session's own last acknowledged write that did not find it. */
  unread: number;
  reads: number;
  /** Writes sent again under their key that were not answered as the first time. */
  unlike: number;
  replays: number;
}

const SPACE = "people";
const OPERATIONS = ["recall", "store", "read"];
const READ_SHARE = 0.1;
const STORE_SHARE = 0.2;
/** Of the writes, those that are sent again under their key, as after a lost answer. */
const REPLAY_SHARE = 0.05;
const K = 10;
const CONNECTIONS = 32;
const BATCH = 2_000;
const WARM_UP = 3_000;
const PAGE = 1_000;
const NS_PER_S = 1e9;
const VECTOR_TYPE = "application/vnd.engram.vector";
const POLL_MS = 100;
const RESTART_MS_MAX = 60_000;

const V1 = `/v1/spaces/${SPACE}`;
const V2 = `/v2/spaces/${SPACE}`;

/** The moments at which stages begin, ns; the last entry is the end. */
export function bounds(stages: readonly Stage[], stage_seconds: number, restart_seconds: number): number[] {
  const ends = [0];
  for (const {restart} of stages)
    ends.push((ends.at(-1) as number) + (restart ? restart_seconds : stage_seconds) * NS_PER_S);
  return ends;
}

/** The rows of one stage, with its own beginning as zero. */
export function cut(columns: OpenLoopResult["columns"], from: number, until: number): typeof columns {
  const rows = Uint32Array.from(columns.intended_ns.keys()).filter((row) => {
    const due = columns.intended_ns[row] as number;
    return from <= due && due < until;
  });
  const shifted = (values: Float64Array) => Float64Array.from(rows, (row) => (values[row] as number) - from);
  return {
    ...columns,
    operation: Uint8Array.from(rows, (row) => columns.operation[row] as number),
    status: Uint8Array.from(rows, (row) => columns.status[row] as number),
    intended_ns: shifted(columns.intended_ns),
    start_ns: shifted(columns.start_ns),
    end_ns: shifted(columns.end_ns),
  };
}

async function fill({directory, dimension, passages, base}: Input): Promise<void> {
  const engine = await Engine.open(directory, {durability: "async"});
  const space = await engine.space(SPACE, {dimension});
  for (let first = 0; first < base; first += BATCH) {
    const end = Math.min(base, first + BATCH);
    await space.storeBatch({
      ids: Array.from({length: end - first}, (_, i) => `p${first + i}`),
      embeddings: passages.subarray(first * dimension, end * dimension),
    });
  }
  await space.sync();
  await engine.close();
}

/** Every id in the space that a client stored in the run, page by page. */
async function listed(server: ServedEngram): Promise<string[]> {
  const ids: string[] = [];
  for (let after = ""; ; ) {
    const path = `${V1}/episodes?limit=${PAGE}&after=${encodeURIComponent(after)}`;
    const {episodes} = JSON.parse(String(await server.ask({method: "GET", path}))) as {
      episodes: {id: string; attributes: {run?: boolean}}[];
    };
    const last = episodes.at(-1);
    if (last === undefined) return ids;
    ids.push(...episodes.filter(({attributes}) => attributes.run === true).map(({id}) => id));
    after = last.id;
  }
}

interface Hits {
  hits: {kind?: string; id: string}[];
}
const idsOf = (bytes: Buffer) =>
  (JSON.parse(String(bytes)) as Hits).hits
    .filter(({kind = "episode"}) => kind === "episode")
    .map(({id}) => id);

export async function main(input: Input, report: (value: unknown) => void): Promise<Output> {
  const {directory, dimension, passages, base, queries, rate_per_s, seed} = input;
  report({done: 0, doing: "loading passages"});
  await fill(input);
  const server = await serveEngram(directory, {
    connections: CONNECTIONS,
    cpus: input.server_cpus,
    options: ["--supervise"],
  });
  const stages = plan(input.restarts);
  const ends = bounds(stages, input.stage_seconds, input.restart_seconds);
  const whole = ends.at(-1) as number;

  const row = (values: Float32Array, at: number) => values.subarray(at * dimension, (at + 1) * dimension);
  const queryCount = queries.length / dimension;
  const fresh = passages.length / dimension - base;
  const cue = (index: number) => bytesOf(row(queries, index % queryCount));
  const episodic = (index: number) =>
    server.ask({method: "POST", path: `${V1}/recall?k=${K}`, body: cue(index), type: VECTOR_TYPE});
  const dual = (index: number) =>
    server.ask({method: "POST", path: `${V2}/recall?k=${K}`, body: cue(index), type: VECTOR_TYPE});

  const acknowledged = new Set<string>();
  const lastOf = new Map<string, string>();
  const tally = {unsure: 0, reads: 0, unread: 0, replays: 0, unlike: 0};
  const compared = stages.map(() => ({n: 0, overlap: 0}));
  const routes: Route[] = [];

  const due = poisson(
    rate_per_s,
    Math.ceil((2 * rate_per_s * whole) / NS_PER_S),
    stream(seed, "arrivals"),
  ).filter((at) => at < whole);
  const mix = stream(seed, "mix");
  const operation = Uint8Array.from(due, () => {
    const drawn = mix();
    return drawn < STORE_SHARE ? 1 : drawn < STORE_SHARE + READ_SHARE ? 2 : 0;
  });
  const whose = stream(seed, "sessions");
  const session = Array.from(due, () => `s${Math.floor(whose() * input.sessions)}`);
  const again = stream(seed, "replays");
  const replayed = Uint8Array.from(due, () => (again() < REPLAY_SHARE ? 1 : 0));
  const stageOf = (index: number) => ends.findIndex((end) => end > (due[index] as number)) - 1;

  async function store(index: number): Promise<void> {
    const version = isMoved(session[index] as string, stages[stageOf(index)]?.share ?? 0) ? V2 : V1;
    const embedding = Array.from(row(passages, base + (index % fresh)));
    const body = json({embedding, at: index, attributes: {run: true}});
    // Without an id: the server draws it from the key, so that one key is one episode.
    const send = async () => {
      const asked = {method: "POST", path: `${version}/episodes`, body, key: `write-${index}`} as const;
      return (JSON.parse(String(await server.ask(asked))) as {id: string}).id;
    };
    tally.unsure++;
    const id = await send();
    tally.unsure--;
    acknowledged.add(id);
    lastOf.set(session[index] as string, id);
    if (replayed[index] !== 1) return;
    tally.replays++;
    if ((await send()) !== id) tally.unlike++;
  }

  /** A session finds what it was told is stored. */
  async function read(index: number): Promise<void> {
    const id = lastOf.get(session[index] as string) ?? "p0";
    tally.reads++;
    try {
      await server.ask({method: "GET", path: `${V1}/episodes/${encodeURIComponent(id)}`});
    } catch (error) {
      if (error instanceof Error && error.name === "HTTP 404") tally.unread++;
      throw error;
    }
  }

  async function recall(index: number): Promise<void> {
    const stage = stageOf(index);
    const {share = 0, shadow = false} = stages[stage] ?? {};
    const moved = isMoved(session[index] as string, share);
    routes.push({session: session[index] as string, stage, moved});
    const old = moved ? undefined : episodic(index);
    const answers = await Promise.all([old, moved || shadow ? dual(index) : undefined]);
    const [given, shown] = answers;
    const count = compared[stage];
    if (given === undefined || shown === undefined || count === undefined) return;
    const ids = new Set(idsOf(shown));
    const hits = idsOf(given);
    count.n++;
    count.overlap += hits.filter((id) => ids.has(id)).length / Math.max(1, hits.length);
  }

  const starts = [recall, store, read];
  for (let index = 0; index < WARM_UP; index += CONNECTIONS)
    await Promise.all(
      Array.from({length: CONNECTIONS}, (_, i) => (i % 2 === 0 ? episodic(index + i) : dual(index + i))),
    );

  const servers = new Set<number>();
  const pid = async () => {
    const {pid, phase} = JSON.parse(String(await server.ask({method: "GET", path: "/health"})));
    servers.add(pid);
    return {pid, phase} as {pid: number; phase: string};
  };
  await pid();
  async function restart(): Promise<void> {
    const before = (await pid()).pid;
    server.process.kill("SIGHUP");
    for (const until = Date.now() + RESTART_MS_MAX; Date.now() < until; ) {
      const now = await pid();
      if (now.pid !== before && now.phase === "serving") return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`no other server took over within ${RESTART_MS_MAX / 1_000} s`);
  }

  // What happens at the beginning of a stage goes on beside the load; its failure is the run's.
  const events: Promise<unknown>[] = [];
  const timers = stages.map(({consolidate, restart: restarts}, stage) =>
    setTimeout(
      () => {
        if (consolidate)
          events.push(server.ask({method: "POST", path: `${V2}/consolidate`, body: json({tau: 0})}));
        if (restarts) events.push(restart());
      },
      (ends[stage] as number) / 1e6,
    ),
  );
  const run = await openLoop({
    intended_ns: due,
    operation,
    operations: OPERATIONS,
    start: (index) => (starts[operation[index] as number] as (index: number) => Promise<void>)(index),
    progress: (done) =>
      report({done: done / due.length, doing: stages[stageOf(Math.min(done, due.length - 1))]?.name}),
  });
  timers.forEach(clearTimeout);
  await Promise.all(events);

  const present = await listed(server);
  const {concepts} = JSON.parse(String(await server.ask({method: "GET", path: V2}))) as {concepts: number};
  await server.stop();
  const {lost, extra} = reconcile(acknowledged, tally.unsure, present);
  return {
    stages: stages.map(({name}, stage) => {
      const of = routes.filter((route) => route.stage === stage);
      const {n, overlap} = compared[stage] ?? {n: 0, overlap: 0};
      return {
        name,
        columns: cut(run.columns, ends[stage] as number, ends[stage + 1] as number),
        moved: of.filter(({moved}) => moved).length / Math.max(1, of.length),
        compared: n,
        overlap: overlap / Math.max(1, n),
      };
    }),
    backlog_max: run.backlog_max,
    concepts,
    servers: servers.size,
    acknowledged: acknowledged.size,
    lost: lost.length,
    extra: extra.length,
    flipped: flipped(routes, stages).length,
    ...tally,
  };
}
