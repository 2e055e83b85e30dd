// Experiment 113 in a process of its own: fill, deploy, then one open loop through all stages without a pause, while
// releases are rolled out and the memory consolidates; at the end the ledger is laid beside what the server holds.
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {Engine} from "../../native/engine.ts";
import {stream} from "../lab/statistics/random.ts";
import {poisson} from "../load/arrivals.ts";
import {type OpenLoopResult, openLoop} from "../load/openloop.ts";
import {Client, K, SPACE} from "./client.ts";
import {type Deployment, deploy, makeRelease} from "./deployment.ts";
import {type Finding, Ledger} from "./ledger.ts";
import {isFound, PLANTED} from "./planted.ts";
import {MIGRATIONS, placeOf, plan, type Stage, WAYS, type Way, wayOf} from "./rollout.ts";

export interface BlockInput {
  directory: string;
  dimension: number;
  /** What the space holds at the start, and behind it what is written during the run. */
  passages: Float32Array;
  held: number;
  queries: Float32Array;
  sessions: number;
  rate_per_s: number;
  stage_requests: number;
  restart_requests: number;
  restarts: number;
  seed: number;
  /** Those that the server may run on. */
  server_cpus?: string;
  /** Faults on purpose, for the ledger to find: one acknowledged write is taken away before the end, one session is
   *  served by a coin's toss. */
  planted?: boolean;
}

export interface StageOutput {
  stage: Stage;
  /** Requests of the loop: [first, end). */
  first: number;
  end: number;
  sessions_old: number;
  sessions_new: number;
  /** Share of the old ten that are among the new ten, one per question asked in the shadow. */
  agreement: number[];
  /** ms from the signal until the new release served; of the consolidation its length. Nothing without an event. */
  event_ms: number | null;
  release: string | null;
}

export interface BlockOutput {
  columns: OpenLoopResult["columns"];
  backlog_max: number;
  stages: StageOutput[];
  findings: Finding[];
  /** Requests beside the schedule (shadow, repetitions) that failed, by what they were told. */
  beside_failed: string[];
  beside: number;
  writes: number;
  repeated: number;
  read_back: number;
  episodes_held: number;
  concepts_formed: number;
  planted: {fault: string; found: boolean}[];
  cpu_seconds: number;
}

export const OPERATIONS = ["recall", "store", "weaken", "read own"];
const MIX = [0.9, 0.04, 0.01, 0.05];
const REPEATED_SHARE = 0.1;
/** Writes of one restart that are sent again, under their keys, to the server that came after. */
const REPEATED_ACROSS_MAX = 20;
const BATCH = 2_000;
const WARM_UP = 200;
/** Where a fault is planted. */
const FLIPPING_SESSION = 0;
const PLACES = 100;
/** The signal comes when this share of the stage is through. */
const EVENT_AT = 0.1;

/** Digits that name every f32, and no more. */
const F32_DIGITS = 9;
const numbers = (vector: Float32Array) =>
  Array.from(vector, (value) => Number(value.toPrecision(F32_DIGITS)));

/** What a failure is called in the record. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "error";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

async function fill(data: string, {dimension, passages, held}: BlockInput): Promise<void> {
  const engine = await Engine.open(data, {durability: "group"});
  const space = await engine.space(SPACE, {dimension});
  for (let first = 0; first < held; first += BATCH) {
    const end = Math.min(held, first + BATCH);
    await space.storeBatch(
      {
        ids: Array.from({length: end - first}, (_, index) => `p${first + index}`),
        embeddings: passages.subarray(first * dimension, end * dimension),
      },
      {durability: "async"},
    );
  }
  await engine.close();
}

/** Where each stage begins, and the end of the last. */
function bounds(stages: readonly Stage[], {stage_requests, restart_requests}: BlockInput): number[] {
  let at = 0;
  return [
    0,
    ...stages.map(({event}) => {
      at += event === null ? stage_requests : restart_requests;
      return at;
    }),
  ];
}

function drawOperations(n: number, random: () => number): Uint8Array {
  return Uint8Array.from({length: n}, () => {
    let left = random();
    return Math.max(
      0,
      MIX.findIndex((share) => {
        left -= share;
        return left < 0;
      }),
    );
  });
}

/** The migrating application: it decides how each session is served, and keeps the ledger. */
class Application {
  readonly ledger: Ledger;
  readonly agreement: number[][];
  readonly #beside = new Set<Promise<void>>();
  readonly #own = new Map<number, string[]>();
  readonly #places: Float64Array;
  readonly #bodies: Record<Way, Buffer[]>;
  besideAsked = 0;
  readonly besideFailed: string[] = [];
  /** Writes that shall be sent again when the next release serves; nothing while none is rolled out. */
  across: (() => Promise<void>)[] | undefined;
  #written = 0;

  constructor(
    private readonly client: Client,
    private readonly stages: readonly Stage[],
    private readonly input: BlockInput,
    private readonly random: () => number,
  ) {
    this.ledger = new Ledger(stages);
    this.agreement = stages.map(() => []);
    this.#places = Float64Array.from({length: input.sessions}, (_, session) => placeOf(`session ${session}`));
    const {queries, dimension} = input;
    const vectors = Array.from({length: queries.length / dimension}, (_, row) =>
      numbers(queries.subarray(row * dimension, (row + 1) * dimension)),
    );
    this.#bodies = Object.fromEntries(
      WAYS.map((way) => [way, vectors.map((vector) => Client.recallBody(way, vector))]),
    ) as Record<Way, Buffer[]>;
  }

  async warmUp(): Promise<void> {
    for (const way of WAYS) for (let query = 0; query < WARM_UP; query++) await this.#ask(way, query);
  }

  async start(operation: string, session: number, stage: number, query: number): Promise<void> {
    const step = this.stages[stage] as Stage;
    const way = wayOf(step, this.#placeOf(session, query));
    const version = way === "v1, similar" ? "v1" : "v2";
    const own = this.#own.get(session);
    const earlier = own?.[query % own.length];
    if (operation === "recall") await this.#recall(step, stage, way, query);
    else if (operation === "weaken" && earlier !== undefined) await this.#weaken(version, earlier);
    else if (operation === "read own" && earlier !== undefined) {
      const {content} = await this.client.read(version, earlier);
      this.ledger.read(session, earlier, content);
    } else await this.#store(version, session);
    this.ledger.served(session, stage, way);
  }

  #placeOf(session: number, request: number): number {
    const tossed = this.input.planted === true && session === FLIPPING_SESSION;
    return tossed ? (request % 2) * PLACES : (this.#places[session] as number);
  }

  /** Takes away what was acknowledged, behind the ledger's back. */
  async lose(): Promise<void> {
    const [own = []] = this.#own.values();
    await this.client.forget(own[0] ?? "none");
  }

  /** Waits for what was asked beside the schedule. */
  async settle(): Promise<void> {
    while (this.#beside.size > 0) await Promise.all(this.#beside);
  }

  #ask(way: Way, query: number): Promise<string[]> {
    const bodies = this.#bodies[way];
    return this.client.recall(way, bodies[query % bodies.length] as Buffer);
  }

  async #recall(step: Stage, stage: number, way: Way, query: number): Promise<void> {
    const answer = this.#ask(way, query);
    if (step.shadow)
      this.beside(async () => {
        const shadow = await this.#ask(MIGRATIONS[step.migration].to, query);
        const shown = await answer.catch(() => null);
        if (shown === null) return;
        const old = new Set(shown);
        this.agreement[stage]?.push(shadow.filter((id) => old.has(id)).length / K);
      });
    await answer;
  }

  async #store(version: "v1" | "v2", session: number): Promise<void> {
    const {passages, dimension, held} = this.input;
    const number = this.#written++;
    const rows = passages.length / dimension;
    const row = held + (number % (rows - held));
    const id = `s${session}-${number}`;
    const embedding = numbers(passages.subarray(row * dimension, (row + 1) * dimension));
    const episode = {id, at: number, content: `session ${session}, write ${number}`, embedding};
    const send = () => this.client.store(version, episode, `store ${number}`);
    const sequence = await send();
    this.ledger.acknowledged(id, episode.content, sequence);
    const own = this.#own.get(session);
    if (own === undefined) this.#own.set(session, [id]);
    else own.push(id);
    this.#perhapsAgain(`store of ${id}`, sequence, send);
  }

  async #weaken(version: "v1" | "v2", id: string): Promise<void> {
    const number = this.#written++;
    const send = () => this.client.weaken(version, id, `weaken ${number}`);
    try {
      const sequence = await send();
      this.ledger.weakened(id, true);
      this.#perhapsAgain(`weakening of ${id}`, sequence, send);
    } catch (error) {
      this.ledger.weakened(id, false);
      throw error;
    }
  }

  /** As a client does whose answer was lost on the way. */
  #perhapsAgain(about: string, first: number, send: () => Promise<number>): void {
    const again = async () => this.ledger.answeredAgain(about, first, await send());
    if (this.across !== undefined && this.across.length < REPEATED_ACROSS_MAX) this.across.push(again);
    else if (this.random() < REPEATED_SHARE) this.beside(again);
  }

  beside(work: () => Promise<void>): void {
    this.besideAsked++;
    const done = work().catch((error: unknown) => {
      this.besideFailed.push(nameOf(error));
    });
    this.#beside.add(done);
    done.finally(() => this.#beside.delete(done));
  }
}

interface Happened {
  ms: number;
  release: string | null;
}

/** Restarts and consolidation, one after the other, whatever the load does. */
class Events {
  readonly happened = new Map<number, Happened>();
  formed = 0;
  #chain: Promise<void> = Promise.resolve();

  constructor(
    private readonly deployment: Deployment,
    private readonly client: Client,
    private readonly application: Application,
    private readonly versions: string[],
  ) {}

  begin(stage: number, event: Stage["event"]): void {
    const application = this.application;
    if (event === "restart") application.across = [];
    this.#chain = this.#chain.then(async () => {
      const began = performance.now();
      if (event === "restart") {
        const {release} = await this.deployment.roll(this.versions.shift() ?? "none");
        this.happened.set(stage, {ms: performance.now() - began, release});
        const again = application.across ?? [];
        application.across = undefined;
        for (const work of again) application.beside(work);
      } else {
        this.formed = (await this.client.consolidate()).formed;
        this.happened.set(stage, {ms: performance.now() - began, release: null});
      }
    });
    this.#chain.catch(() => undefined);
  }

  through(): Promise<void> {
    return this.#chain;
  }
}

export async function main(input: BlockInput, report: (value: unknown) => void): Promise<BlockOutput> {
  const {directory, sessions, rate_per_s, restarts, seed} = input;
  const data = join(directory, "data");
  mkdirSync(data);
  const stages = plan(restarts);
  const rolled = stages.filter(({event}) => event === "restart").length;
  const versions = Array.from({length: rolled + 1}, (_, number) => `1.${number}.0`);
  for (const version of versions) await makeRelease(directory, version);
  report({done: 0, doing: "storing passages"});
  await fill(data, input);
  const deployment = await deploy(directory, data, versions.shift() as string, input.server_cpus);
  const client = new Client(deployment.port);
  try {
    const starts = bounds(stages, input);
    const requests = starts.at(-1) as number;
    const application = new Application(client, stages, input, stream(seed, "repeat"));
    await application.warmUp();
    const events = new Events(deployment, client, application, versions);
    const operation = drawOperations(requests, stream(seed, "mix"));
    const drawSession = stream(seed, "sessions");
    const session = Uint32Array.from({length: requests}, () => Math.floor(drawSession() * sessions));
    const begins = new Map(
      stages.flatMap(({event}, at): [number, number][] => {
        const [first = 0, end = 0] = starts.slice(at, at + 2);
        return event === null ? [] : [[first + Math.floor((end - first) * EVENT_AT), at]];
      }),
    );
    let stage = 0;
    const before = process.cpuUsage();
    const run = await openLoop({
      intended_ns: poisson(rate_per_s, requests, stream(seed, "arrivals")),
      operation,
      operations: OPERATIONS,
      statusOf: nameOf,
      start(index) {
        while (index >= (starts[stage + 1] as number)) stage++;
        const event = begins.get(index);
        if (event !== undefined) events.begin(event, (stages[event] as Stage).event);
        const name = OPERATIONS[operation[index] as number] as string;
        return application.start(name, session[index] as number, stage, index);
      },
      progress: (done) =>
        report({done: 0.1 + (done / requests) * 0.85, doing: stages[stage]?.name ?? "through all stages"}),
    });
    await events.through();
    await application.settle();
    if (input.planted === true) await application.lose();
    const spent = process.cpuUsage(before);
    report({done: 0.95, doing: "laying the ledger beside what is held"});
    const {ledger} = application;
    const held = await client.scan();
    return {
      columns: run.columns,
      backlog_max: run.backlog_max,
      stages: stages.map((one, at) => {
        const {from, to} = MIGRATIONS[one.migration];
        const happened = events.happened.get(at);
        return {
          stage: one,
          first: starts[at] as number,
          end: starts[at + 1] as number,
          sessions_old: ledger.sessionsAt(at, from),
          sessions_new: ledger.sessionsAt(at, to),
          agreement: application.agreement[at] ?? [],
          event_ms: happened?.ms ?? null,
          release: happened?.release ?? null,
        };
      }),
      findings: ledger.audit(held),
      beside_failed: application.besideFailed,
      beside: application.besideAsked,
      writes: ledger.writes,
      repeated: ledger.repeated,
      read_back: ledger.readBack,
      episodes_held: held.length,
      concepts_formed: events.formed,
      planted: Object.entries(PLANTED).map(([fault, one]) => ({fault, found: isFound(one)})),
      cpu_seconds: (spent.user + spent.system) / 1e6,
    };
  } finally {
    client.close();
    await deployment.stop();
  }
}
