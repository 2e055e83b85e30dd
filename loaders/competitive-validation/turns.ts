// Taking turns: subjects are visited A-B-B-A in each round. A visit whose process dies is void and asked once
// more in a fresh process; who dies twice is out, and nobody else notices.
import {cpus} from "node:os";
import type {BlockRecorder, Recorder, RequestColumns} from "../lab/measure/recorder.ts";
import {WorkerError} from "../lab/measure/worker.ts";
import {interleave} from "../load/interleave.ts";
import type {Timed} from "../systems/subject.ts";
import type {Session} from "./session.ts";
import type {Subject} from "./subjects.ts";

/** One scenario on one set of data: how a subject gets ready for it, and what a visit asks. */
export interface Scenario<State> {
  /** `search wikispeedia-minilm`: also how its operations begin. */
  name: string;
  dataset: string;
  /** Loads the data, or opens what an earlier start loaded. */
  load(session: Session): Promise<State>;
  visit(session: Session, state: State, block: BlockRecorder): Promise<void>;
}

export interface Turns {
  record: Recorder;
  /** Rounds, numbered from `firstRound`. */
  rounds: number;
  firstRound: number;
  step: (share: number, doing: string) => void;
}

/** Loading's share of the time, for the progress bar. */
const LOADING = 0.5;

export function blockOf(
  record: Recorder,
  {name, card, configuration}: Subject,
  at: {round: number; position: number; dataset: string; scenario: string; threads: number},
): BlockRecorder {
  const {form, settings, durability} = configuration;
  return record.block({
    subject: name,
    subject_version: card.version,
    configuration: {
      ...settings,
      form,
      threads: at.threads,
      dataset: at.dataset,
      scenario: at.scenario,
      ...(durability === undefined ? {} : {durability}),
    },
    position: at.position,
    round: at.round,
    temperature: "warm",
    schedule: "closed",
  });
}

/** A row that says why a subject has no other. */
export function absent(record: Recorder, subject: Subject, scenario: string, reason: string): void {
  const at = {round: 0, position: 0, dataset: "none", scenario, threads: cpus().length};
  const block = blockOf(record, subject, at);
  block.exclude(`not run: ${reason}`);
  block.end();
}

/** Runs `work` in a block of its own; a WorkerError excludes the block and comes back. */
async function guarded(block: BlockRecorder, work: () => Promise<void>): Promise<WorkerError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    block.exclude(error.ended ? `void: ${error.message}` : error.message);
    return error;
  } finally {
    block.end();
  }
}

/** Visits all in turns; resolves with the names of those that could not load, whose rows say why. */
export async function takeTurns<State>(
  scenario: Scenario<State>,
  sessions: readonly Session[],
  {record, rounds, firstRound, step}: Turns,
): Promise<string[]> {
  const states = new Map<Session, State>();
  for (const [index, session] of sessions.entries()) {
    step((index / sessions.length) * LOADING, `${session.subject.name} loads for ${scenario.name}`);
    try {
      states.set(session, await scenario.load(session));
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      absent(record, session.subject, scenario.name, `it could not load: ${error.message}`);
    }
  }
  const ready = sessions.filter((session) => states.has(session));
  const missing = sessions.filter((session) => !states.has(session)).map(({subject}) => subject.name);
  if (ready.length === 0) return missing;
  const turns = interleave(ready, rounds);
  for (const [index, {subject: session, round, position}] of turns.entries()) {
    const {name} = session.subject;
    step(LOADING + (index / turns.length) * (1 - LOADING), `${name}: ${scenario.name}, round ${round + 1}`);
    if (!states.has(session)) continue;
    const at = {
      round: firstRound + round,
      position,
      dataset: scenario.dataset,
      scenario: scenario.name,
      threads: session.threads,
    };
    const visit = () => {
      const block = blockOf(record, session.subject, at);
      return guarded(block, () => scenario.visit(session, states.get(session) as State, block));
    };
    const failed = await visit();
    if (failed === null || !failed.ended) continue;
    try {
      await session.restart();
      states.set(session, await scenario.load(session));
      const again = await visit();
      if (again?.ended) states.delete(session);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      states.delete(session);
    }
  }
  return missing;
}

/** Requests one after the other: each was due when it began. `origin`: ns of the block's start. */
export function closedLoop(
  operation: string,
  {start_ns, end_ns}: Pick<Timed, "start_ns" | "end_ns">,
  origin: number,
): RequestColumns {
  const since = start_ns.map((at) => at - origin);
  return {
    operation: new Uint8Array(start_ns.length),
    operations: [operation],
    intended_ns: since,
    start_ns: since,
    end_ns: end_ns.map((at) => at - origin),
    status: new Uint8Array(start_ns.length),
    statuses: ["ok"],
  };
}

/** Null requests of a kind, as the first of the block; returns the block's start, ns. */
export async function nothing(
  session: Session,
  block: BlockRecorder,
  method: string,
  input: object,
): Promise<number> {
  const times = await session.call<Timed>(method, input);
  const origin = times.start_ns[0] ?? 0;
  block.requests(closedLoop(`null ${method}`, times, origin));
  return origin;
}

/** What stands beside the times: whose clock, and the road where the clock was inside. */
export function observeClock(
  block: BlockRecorder,
  operation: string,
  {clock, road_ns, warm_up_ns}: Timed,
): void {
  block.observe("clock_inside", "count", clock === "inside" ? 1 : 0, {label: operation});
  if (road_ns.length > 0)
    block.observe("road_ns", "ns", road_ns.toSorted()[road_ns.length >> 1] as number, {
      label: operation,
      n: road_ns.length,
    });
  for (const [round, value] of warm_up_ns.entries())
    if (value > 0) block.observe("warm_up_ns", "ns", value, {label: `${operation} round ${round + 1}`});
}
