// Experiment 112: engram beside the systems people use, on this host, with the same data, at equal recall.
import {mkdirSync} from "node:fs";
import {atRecall, cardsSql, FRONTIER, HOPS_TABLE, hopTimes} from "./competitive-validation/points.ts";
import {closeSession, openSession, prepare, type Session} from "./competitive-validation/session.ts";
import {visitGraphs, visitVectors} from "./competitive-validation/visits.ts";
import {linkGraph} from "./datasets/wikispeedia.ts";
import {DIMENSION, passageVectors, queryVectors} from "./datasets/wikispeedia-minilm.ts";
import {median, ratioOfMedians} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {kthSimilarity} from "./lab/statistics/recall.ts";
import {errorsAbove, holdsAtLeast, nothingAsked} from "./lab/void-rules.ts";
import {readCards} from "./systems/cards.ts";
import type {SystemCard} from "./systems/system.ts";

export interface Parameters {
  passages: number;
  queries: number;
  k: number;
  /** Nodes that traversals start from. */
  seeds: number;
  edges: number;
  /** Rounds of the interleaving per process start, and process starts of every subject. */
  rounds_per_start: number;
  starts: number;
  null_requests: number;
}

const CARDS = await readCards();
const SEARCHERS = CARDS.filter(({configurations: [best]}) => best.scenarios.includes("search"));
const WALKERS = CARDS.filter(({configurations: [best]}) => best.scenarios.includes("walk"));
const rivals = (cards: readonly SystemCard[]) =>
  cards.map(({name}) => name).filter((name) => name !== "engram");

const EDGES = 119_882;
const HOPS = [1, 2, 3];

const hopName = (hops: number) => `${hops} ${hops === 1 ? "hop" : "hops"}`;

const searchRatio = (rival: string, recall: number): Metric => ({
  id: `ratio-search-${recall * 100}-${rival}`,
  label: `search at recall@10 ${recall}: engram's rate over ${rival}'s`,
  unit: "×",
  estimator: ratioOfMedians(),
  compares: {scenario: `vector search, recall@10 ${recall}`, rival},
  rows: `SELECT qps AS value, round_key AS block, CASE WHEN subject = 'engram' THEN 'a' ELSE 'b' END AS side
    FROM (${atRecall(recall)}) WHERE subject IN ('engram', '${rival}')`,
});

const hopRatio = (rival: string, hops: number): Metric => ({
  id: `ratio-hops-${hops}-${rival}`,
  label: `${hopName(hops)} distinct: ${rival}'s time over engram's`,
  unit: "×",
  estimator: ratioOfMedians(),
  compares: {scenario: `${hopName(hops)}, distinct nodes`, rival},
  rows: `SELECT service_us AS value, round_key AS block, CASE WHEN subject = 'engram' THEN 'b' ELSE 'a' END AS side
    FROM (${hopTimes(hops)}) WHERE subject IN ('engram', '${rival}')`,
});

/** engram's two visits of a round against each other; which of them is "a" alternates. */
const again: Metric = {
  id: "same-again",
  label: "A/A control: engram's rate over engram's own, at recall@10 0.95",
  unit: "×",
  estimator: ratioOfMedians(),
  compares: {scenario: "control: the same system twice", rival: "engram itself"},
  rows: `SELECT qps AS value, round_key AS block,
      CASE WHEN (row_number() OVER (PARTITION BY round_key ORDER BY position) + round) % 2 = 0 THEN 'a' ELSE 'b' END AS side
    FROM (${atRecall(0.95)}) WHERE subject = 'engram'`,
};

const ahead = (metric: Metric) => ({
  metric,
  comparison: ">" as const,
  threshold: 1,
  source: "tasks.md, 112",
});

const searches = rivals(SEARCHERS).map((rival) => ({rival, metric: searchRatio(rival, 0.95)}));
const walks = rivals(WALKERS).flatMap((rival) =>
  HOPS.map((hops) => ({rival, hops, metric: hopRatio(rival, hops)})),
);
/** The usual yardsticks of the two scenarios, for the answers. */
const yardstick = (metric: Metric | undefined): Metric => {
  if (metric === undefined)
    throw new TypeError("hnswlib and kuzu must have their folders in loaders/systems");
  return metric;
};
const hnswlib95 = yardstick(searches.find(({rival}) => rival === "hnswlib")?.metric);
const kuzu2 = yardstick(walks.find(({rival, hops}) => rival === "kuzu" && hops === 2)?.metric);

export default experiment<Parameters>({
  id: "112",
  slug: "competitive-validation",
  title: "Competitive validation",
  asks: "Is engram ahead of the systems people use, on the same machine, at equal recall?",
  hypothesis:
    "At equal recall engram answers more searches per second than every rival, and walks one to three hops in less time; each ratio's interval lies above 1.",
  source: import.meta.url,
  datasets: ["wikispeedia-minilm", "wikispeedia"],
  systems: CARDS.map(({name}) => name),
  profiles: {
    quick: {
      passages: 20_000,
      queries: 200,
      k: 10,
      seeds: 60,
      edges: EDGES,
      rounds_per_start: 3,
      starts: 2,
      null_requests: 300,
    },
    standard: {
      passages: 100_000,
      queries: 500,
      k: 10,
      seeds: 200,
      edges: EDGES,
      rounds_per_start: 2,
      starts: 4,
      null_requests: 1_000,
    },
    full: {
      passages: 100_000,
      queries: 2_000,
      k: 10,
      seeds: 1_000,
      edges: EDGES,
      rounds_per_start: 1,
      starts: 12,
      null_requests: 1_000,
    },
  },
  floors: [...searches, ...walks].map(({metric}) => ahead(metric)),
  metrics: [
    ...rivals(SEARCHERS).map((rival) => searchRatio(rival, 0.99)),
    again,
    {
      id: "engram-rate-95",
      label: "searches a second of engram at recall@10 0.95, one thread",
      unit: "1/s",
      estimator: median(),
      rows: `SELECT qps AS value, unit AS block FROM (${atRecall(0.95)}) WHERE subject = 'engram'`,
    },
  ],
  answers: [
    {
      id: "search",
      metric: hnswlib95,
      says: (value) =>
        `At equal recall, engram answers ${value} as many searches a second as hnswlib, the usual yardstick.`,
    },
    {
      id: "hops",
      metric: kuzu2,
      says: (value) => `Collecting what lies within two links takes Kuzu ${value} as long as engram.`,
    },
  ],
  tables: [
    {
      id: "frontier",
      caption:
        "Recall and rate of every system at every setting, one thread: median over visits with its interval",
      sql: FRONTIER,
      units: {qps: "1/s", low_qps: "1/s", high_qps: "1/s"},
    },
    {
      id: "hops",
      caption:
        "Median time to count the distinct nodes within so many hops: median over visits with its interval",
      sql: HOPS_TABLE,
      units: {p50_us: "µs", low_us: "µs", high_us: "µs"},
    },
    {
      id: "systems",
      caption: "Every system: what it is, how it was had, and whether it ran",
      sql: cardsSql(CARDS),
      units: {build_seconds: "s", bytes: "bytes", null_us: "µs"},
    },
    {
      id: "visits",
      caption: "Every visit in its order, with the rate reached at recall@10 0.95",
      sql: `SELECT run, round, position, subject, recall, qps FROM (${atRecall(0.95)}) ORDER BY run, block`,
      units: {qps: "1/s"},
    },
  ],
  voidIf: [holdsAtLeast("vectors", "passages"), holdsAtLeast("edges", "edges"), errorsAbove(0), nothingAsked],
  stops: "After the declared number of rounds and process starts.",
  excludes:
    "A system that cannot be had, or whose process dies, is excluded with that reason; so is a visit whose traversal answers differ from a plain breadth-first search.",
  threats: [
    "In the quick profile three rounds share one process start: their interval does not hold what differs between starts.",
    "The quick profile searches 20,000 passages; what an index costs grows with size, and not alike for all.",
    "All systems run in this process's language: each pays its own binding, shown as the null request.",
    "We tuned all systems ourselves, and know our own best.",
    "The client waits for each answer (closed loop): rates compare cost per request, not behaviour under load.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, random}) {
    const {passages, queries, starts} = parameters;
    const passageSet = await dataset("wikispeedia-minilm");
    const base = {values: passageVectors(passageSet, passages), dimension: DIMENSION};
    const asked = {
      values: queryVectors(passageSet, "unseen").subarray(0, queries * DIMENSION),
      dimension: DIMENSION,
    };
    progress(0, 1, "computing the exact neighbours");
    const kth = kthSimilarity(base, asked, parameters.k);
    const graph = linkGraph(await dataset("wikispeedia"));
    let done = 0;
    const total = starts * 2;
    const step = (share: number, doing: string) =>
      progress(Math.round((done + share) * 1_000), total * 1_000, doing);

    /** Sessions of the systems that are ready; the others leave a row that says why not. */
    const sessionsOf = async (cards: typeof CARDS, first: boolean): Promise<Session[]> => {
      const ready: Session[] = [];
      for (const card of cards) {
        step(0, `preparing ${card.name}`);
        const session = openSession(card, signal);
        const state = await prepare(session, (line) => step(0, line));
        if (state.ready) ready.push(session);
        else {
          await session.worker.stop();
          if (!first) continue;
          const block = record.block({
            subject: card.name,
            subject_version: card.version,
            configuration: card.configurations[0].settings,
            position: 0,
            round: 0,
            temperature: "cold",
            schedule: "none",
          });
          block.exclude(`not run: ${state.reason}`);
          block.end();
        }
      }
      return ready;
    };

    for (let start = 0; start < starts; start++) {
      const directory = `${scratch}/vectors`;
      mkdirSync(directory, {recursive: true});
      const searchers = await sessionsOf(SEARCHERS, start === 0);
      await visitVectors({sessions: searchers, base, asked, kth, parameters, start, directory, record, step});
      await Promise.all(searchers.map(closeSession));
      done++;

      const graphDirectory = `${scratch}/graph`;
      mkdirSync(graphDirectory, {recursive: true});
      const walkers = await sessionsOf(WALKERS, start === 0);
      await visitGraphs({
        sessions: walkers,
        graph,
        parameters,
        start,
        directory: graphDirectory,
        record,
        step,
        random: random("seeds"),
      });
      await Promise.all(walkers.map(closeSession));
      done++;
    }
  },
});
