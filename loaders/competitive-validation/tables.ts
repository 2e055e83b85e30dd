// What pages show of experiment 112 beside its ratios: the frontier, times, costs, and a sheet per system.
import {ratioOfMedians} from "../lab/estimators.ts";
import type {Answer, Floor, Metric, Table} from "../lab/experiment.ts";
import type {SystemCard} from "../systems/system.ts";
import {correspondence} from "./correspondence.ts";
import {VECTOR_SETS} from "./data.ts";
import {
  batchTable,
  footprintTable,
  frontierTable,
  hybridTable,
  points,
  text,
  walksTable,
  writesTable,
} from "./rows.ts";
import {subjectName} from "./subjects.ts";

/** engram's two visits of a round against each other; which of them is "a" alternates. */
export function controlOf(): Metric {
  const nearest = `
    SELECT round_key, round, position, unit, qps FROM (
      SELECT *, row_number() OVER (PARTITION BY unit ORDER BY abs(recall - 0.95), effort) AS place
      FROM (${points(VECTOR_SETS[0])}) WHERE subject = 'engram')
    WHERE place = 1`;
  return {
    id: "same-again",
    label: "A/A control: engram's rate over engram's own, at the setting nearest to recall@10 0.95",
    unit: "×",
    estimator: ratioOfMedians(),
    compares: {scenario: "control: the same system twice", rival: "engram itself"},
    rows: `
      SELECT qps AS value, round_key AS block,
        CASE WHEN (row_number() OVER (PARTITION BY round_key ORDER BY position) + round) % 2 = 0 THEN 'a' ELSE 'b' END AS side, unit AS visit
      FROM (${nearest})`,
  };
}

/** Sentences of the start page, in this order, where their ratio is declared. */
const SAID: Record<string, (value: string) => string> = {
  "search-wikispeedia-minilm-95-qdrant": (value) =>
    `At equal recall, engram answers ${value} as many searches a second as Qdrant's own engine.`,
  "search-wikispeedia-minilm-95-hnswlib": (value) =>
    `At equal recall, engram answers ${value} as many searches a second as hnswlib, the usual yardstick.`,
  "hops-power-law-graph-2-neo4j-in-process": (value) =>
    `Collecting what lies within two links takes Neo4j, in process, ${value} as long as engram.`,
  "hops-wikispeedia-2-kuzu": (value) =>
    `Collecting what lies within two links takes Kuzu ${value} as long as engram.`,
};

export const answersOf = (floors: readonly Floor[]): Answer[] =>
  Object.entries(SAID).flatMap(([id, says]) =>
    floors.filter(({metric}) => metric.id === id).map(({metric}) => ({id, metric, says})),
  );

/** One row per system and configuration: its card, and what the runs found. */
function sheetsSql(cards: readonly SystemCard[]): string {
  const rows = cards.flatMap((card) =>
    card.configurations.map((configuration) =>
      [
        subjectName(card, configuration),
        card.name,
        card.title,
        card.version,
        card.origin,
        card.licence,
        card.home,
        configuration.name,
        configuration.says,
        configuration.form,
        configuration.tuned_by,
        JSON.stringify(configuration.settings),
        configuration.durability ?? "",
        configuration.scenarios.join(", "),
        JSON.stringify(card.caveats),
        ...Object.values(correspondence(card.name)),
      ]
        .map(text)
        .join(", "),
    ),
  );
  const columns =
    "subject, system, title, version, origin, licence, home, configuration, says, form, tuned_by, settings, durability, scenarios, caveats, reply, errata";
  return `
    WITH cards(${columns}) AS (VALUES
      ${rows.map((row) => `(${row})`).join(",\n      ")}),
    seen AS (SELECT subject, count(*) AS visits FROM blocks WHERE requests > 0 GROUP BY subject),
    nothing AS (
      SELECT subject, median(service_ns) / 1e3 AS null_us FROM requests WHERE starts_with(operation, 'null') GROUP BY subject),
    absences AS (
      SELECT subject, string_agg(DISTINCT excluded, '; ') AS reason FROM all_blocks WHERE excluded IS NOT NULL GROUP BY subject)
    SELECT cards.*, nothing.null_us, CAST(coalesce(seen.visits, 0) AS INTEGER) AS visits,
      CASE WHEN seen.visits IS NULL THEN coalesce(absences.reason, 'not run: nothing asked of it') ELSE 'ran' END AS status,
      CASE WHEN seen.visits IS NULL THEN '' ELSE coalesce(absences.reason, '') END AS excluded
    FROM cards LEFT JOIN seen USING (subject) LEFT JOIN nothing USING (subject) LEFT JOIN absences USING (subject)
    ORDER BY cards.system = 'engram' DESC, cards.subject`;
}

export function tablesOf(cards: readonly SystemCard[]): Table[] {
  return [
    {
      id: "frontier",
      caption:
        "Recall and rate of every system at every setting, one thread: median over visits with its interval",
      sql: frontierTable(VECTOR_SETS),
      units: {qps: "1/s", low_qps: "1/s", high_qps: "1/s", queries: "count"},
    },
    {
      id: "cores",
      caption:
        "Questions a second with all of them handed over at once, over all cores, at recall@10 0.95 or better",
      sql: batchTable(VECTOR_SETS),
      units: {qps: "1/s", low_qps: "1/s", high_qps: "1/s"},
    },
    {
      id: "walks",
      caption:
        "Median time of a walk or of spreading, in every wording: over visits with its interval; the null request beside it, subtracted only in the last column",
      sql: walksTable,
      units: {p50_us: "µs", low_us: "µs", high_us: "µs", null_us: "µs", less_null_us: "µs"},
    },
    {
      id: "hybrid",
      caption: "The ten nearest, then what lies within two links and is of a group: median time over visits",
      sql: hybridTable(VECTOR_SETS[0]),
      units: {p50_us: "µs", low_us: "µs", high_us: "µs", null_us: "µs", less_null_us: "µs"},
    },
    {
      id: "writes",
      caption:
        "Durable writes: records acknowledged a second, and how many were lost when the process was killed",
      sql: writesTable,
      units: {
        records_per_s: "1/s",
        low_per_s: "1/s",
        high_per_s: "1/s",
        batch: "count",
        null_us: "µs",
        acknowledged: "count",
        lost: "count",
      },
    },
    {
      id: "footprint",
      caption: "What an index costs: to build with all cores, to open, in memory and on disk",
      sql: footprintTable(VECTOR_SETS),
      units: {
        build_seconds: "s",
        open_seconds: "s",
        memory_bytes: "bytes",
        disk_bytes: "bytes",
        index_bytes: "bytes",
        indexed: "count",
      },
    },
    {
      id: "systems",
      caption: "Every system in every configuration: what it is, how it was had, and whether it ran",
      sql: sheetsSql(cards),
      units: {null_us: "µs", visits: "count"},
    },
    {
      id: "visits",
      caption: "Every visit in its order, with the rate reached at recall@10 0.95",
      sql: `SELECT run, round, position, subject, recall, qps FROM (
          SELECT *, row_number() OVER (PARTITION BY run, block ORDER BY abs(recall - 0.95), effort) AS place
          FROM (${points(VECTOR_SETS[0])})) WHERE place = 1 ORDER BY run, block`,
      units: {qps: "1/s"},
    },
  ];
}
