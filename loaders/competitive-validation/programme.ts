// The order of experiment 112: prepare all systems, build every index once with all cores, then start after start
// open them pinned to one core and take turns, scenario by scenario.
import {mkdirSync} from "node:fs";
import {cpus} from "node:os";
import type {Context} from "../lab/experiment.ts";
import type {Scenario as Skill, SystemCard} from "../systems/system.ts";
import {type GraphName, hybridData, searchData, type VectorSet, walkData} from "./data.ts";
import {K} from "./rows.ts";
import {asking, HYBRID_QUERIES} from "./scenarios/hybrid.ts";
import {buildingVectors, type SearchData, searching, searchingOnAllCores} from "./scenarios/search.ts";
import {buildingGraph, walking} from "./scenarios/walk.ts";
import {writing} from "./scenarios/write.ts";
import {openSession, prepareAll, type Session} from "./session.ts";
import {type Subject, subjectsOf, takesPart} from "./subjects.ts";
import {absent, type Scenario, takeTurns} from "./turns.ts";

export interface Parameters {
  /** Vectors of each set that are searched; sets not named are left out. */
  vectors: Partial<Record<VectorSet, number>>;
  queries: number;
  k: number;
  graphs: readonly GraphName[];
  /** Nodes that walks start from. */
  seeds: number;
  /** The best wording of each system's questions alone, or every other beside it. */
  wordings: "best" | "all";
  /** Vectors of the hybrid question's space; 0 leaves it out. */
  hybrid: number;
  /** Durable writes per visit: of one vector, and of a hundred. */
  writes: {singles: number; batches: number};
  /** Sets that are searched over all cores too. */
  all_cores: readonly VectorSet[];
  /** Subjects that take part; `all` for every one. */
  subjects: "all" | readonly string[];
  /** Process starts of every subject, and rounds of the interleaving in each. */
  starts: number;
  rounds_per_start: number;
  null_requests: number;
  /** Time that a pass over the queries at one setting may take. */
  pass_ms: number;
  /** Time that a pass over the seeds at one depth may take. */
  walk_ms: number;
}

/** One scenario, who is able to do it, and how it is built first. */
interface Item {
  skill: Skill;
  measured: Scenario<never>;
  built: Scenario<never> | null;
  threads: number;
}

const item = <State, Built>(
  skill: Skill,
  measured: Scenario<State>,
  built: Scenario<Built> | null = null,
  threads = 1,
): Item => ({skill, measured: measured as Scenario<never>, built: built as Scenario<never> | null, threads});

async function itemsOf(context: Context<Parameters>): Promise<Item[]> {
  const {parameters, progress} = context;
  const {queries, seeds, hybrid, writes, all_cores} = parameters;
  const items: Item[] = [];
  const sets: SearchData[] = [];
  for (const [name, count] of Object.entries(parameters.vectors) as [VectorSet, number][]) {
    progress(0, 1, `finding the exact neighbours in ${name}`);
    const data = await searchData(name, {count, queries, k: K}, context);
    sets.push(data);
    items.push(item("search", searching(data, parameters), buildingVectors(data)));
    if (all_cores.includes(name)) items.push(item("search", searchingOnAllCores(data), null, cpus().length));
  }
  for (const name of parameters.graphs) {
    progress(0, 1, `walking ${name} for the right answers`);
    const data = await walkData(name, seeds, context);
    items.push(item("walk", walking(data, parameters), buildingGraph(data)));
  }
  if (hybrid > 0) {
    const search = await searchData(
      "wikispeedia-minilm",
      {count: hybrid, queries: HYBRID_QUERIES, k: K},
      context,
    );
    items.push(
      item("hybrid", asking(await hybridData(search, {queries: HYBRID_QUERIES}, context), parameters)),
    );
  }
  const [rows] = sets;
  if (rows !== undefined)
    items.push(item("write", writing({dataset: rows.dataset, rows: rows.base, ...writes}, parameters)));
  return items;
}

export async function measure(cards: readonly SystemCard[], context: Context<Parameters>): Promise<void> {
  const {parameters, scratch, record, progress, signal} = context;
  const {starts, rounds_per_start: rounds} = parameters;
  const everyone = subjectsOf(cards);
  const chosen = everyone.filter(
    ({name}) => parameters.subjects === "all" || parameters.subjects.includes(name),
  );
  for (const subject of everyone)
    if (!chosen.includes(subject))
      absent(record, subject, "all", "left out of this profile; --profile standard has it");
  const states = await prepareAll(chosen, (line) => progress(0, 1, line), {signal});
  const ready: Subject[] = [];
  for (const subject of chosen) {
    const state = states.get(subject.card.name);
    if (state?.ready) ready.push(subject);
    else absent(record, subject, "all", state?.reason ?? "it was not prepared");
  }

  const items = await itemsOf(context);
  let done = 0;
  const total = items.length * starts + items.filter(({built}) => built !== null).length;
  const out = new Set<string>();

  async function visits(
    one: Item,
    scenario: Scenario<never>,
    threads: number,
    at: {rounds: number; first: number},
  ) {
    const directory = `${scratch}/${one.measured.name.replaceAll(/[^a-z0-9]+/gi, "-").replace(/-all-cores$/, "")}`;
    mkdirSync(directory, {recursive: true});
    const able = ready
      .filter(takesPart(one.skill))
      .filter(({name}) => !out.has(`${name} ${one.measured.name}`));
    const sessions: Session[] = able.map((subject) => openSession(subject, {directory, signal, threads}));
    try {
      const missing = await takeTurns(scenario, sessions, {
        record,
        rounds: at.rounds,
        firstRound: at.first,
        step: (share, doing) => progress(Math.round((done + share) * 1_000), total * 1_000, doing),
      });
      for (const name of missing) out.add(`${name} ${one.measured.name}`);
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
    }
    done++;
  }

  for (const one of items)
    if (one.built !== null) await visits(one, one.built, cpus().length, {rounds: 1, first: 0});
  for (let start = 0; start < starts; start++)
    for (const one of items) await visits(one, one.measured, one.threads, {rounds, first: start * rounds});
}
