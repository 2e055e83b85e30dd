// The figures of experiment 000 as SQL over what the benchmarks observed. A metric's name says of what it speaks,
// `qps wikispeedia-minilm 100000`; its label is the setting or the size.
import {maximum, median, proportion, ratioOfMedians} from "../lab/estimators.ts";
import type {Floor, Metric, Table} from "../lab/experiment.ts";

export interface VectorSet {
  name: string;
  /** As sentences say it. */
  title: string;
  /** The size that the thresholds speak of. */
  size: number;
  dimension: number;
}

export const SETS: readonly VectorSet[] = [
  {name: "wikispeedia-minilm", title: "real passages", size: 100_000, dimension: 384},
  {name: "clustered-synthetic", title: "synthetic clusters", size: 100_000, dimension: 384},
  {name: "mnist", title: "MNIST images", size: 60_000, dimension: 784},
];
/** The larger size of the thresholds, reached by profile full alone. */
export const LARGE: VectorSet = {
  name: "clustered-synthetic",
  title: "synthetic clusters",
  size: 500_000,
  dimension: 384,
};
export const RIVAL = "hnswlib";
export const BATCHES = [1, 100, 1_000];
const LARGE_BATCHES = BATCHES.filter((batch) => batch > 1);
export const SELECTIVITIES = [1, 10, 50];
export const SMALL = 10_000;
const SOURCE = "performance.md, targets";
const LARGE_COMMITS = "ours: performance.md’s floor is read as one for records that need no links";
const ROUND = "run || '/' || round";

/** Ratio to hnswlib that must be, and that is aimed at, by recall. */
export const RATIO_FLOORS = [
  {recall: 0.95, floor: 3, target: 4},
  {recall: 0.99, floor: 3.5, target: 5},
];

const sizes = (n: number) => n.toLocaleString("en-US");

/** One row per visit: a quantity of searches (`qps`, `p99_us`) at a recall, between the two widths around it
 *  (linear in recall, logarithmic in the quantity); the narrowest width's where that is already better. Visits
 *  that never reach it have no row. */
export function atRecall(quantity: "qps" | "p99_us", of: string, recall: number): string {
  return `
    WITH points AS (
      SELECT q.run, q.block, q.round, q.subject, CAST(q.label AS INTEGER) AS ef, q.value AS quantity, r.value AS recall
      FROM observations q JOIN observations r USING (run, block, label)
      WHERE q.metric LIKE '${quantity} ${of}' AND r.metric LIKE 'recall ${of}'),
    steps AS (
      SELECT *, lag(recall) OVER visit AS recall_before, lag(quantity) OVER visit AS quantity_before
      FROM points WINDOW visit AS (PARTITION BY run, block ORDER BY ef)),
    above AS (
      SELECT *, row_number() OVER (PARTITION BY run, block ORDER BY ef) AS place FROM steps WHERE recall >= ${recall})
    SELECT run, block, round, subject, ef, CASE
      WHEN recall_before IS NULL OR recall_before >= recall THEN quantity
      ELSE exp(ln(quantity_before)
        + (${recall} - recall_before) / (recall - recall_before) * (ln(quantity) - ln(quantity_before)))
      END AS value
    FROM above WHERE place = 1`;
}
/** Rate at a recall. */
export const rateAt = (of: string, recall: number): string => atRecall("qps", of, recall);
/** 99th percentile of single queries at a recall. */
export const p99At = (of: string, recall: number): string => atRecall("p99_us", of, recall);

const sides = (rows: string, a = "engram", b = RIVAL) => `
  SELECT value, ${ROUND} AS block, CASE WHEN subject = '${a}' THEN 'a' ELSE 'b' END AS side
  FROM (${rows}) WHERE subject IN ('${a}', '${b}')`;

const observed = (metric: string, label = "%") =>
  `SELECT * FROM observations WHERE metric LIKE '${metric}' AND label LIKE '${label}'`;

const mine = (metric: string, label = "%", value = "value") =>
  `SELECT ${value} AS value, run || '/' || block AS block FROM (${observed(metric, label)}) WHERE subject = 'engram'`;

export const searchRatio = (set: VectorSet, recall: number): Metric => ({
  id: `ratio-${set.name}-${set.size}-${recall * 100}`,
  label: `${set.title}, ${sizes(set.size)} × ${set.dimension}, recall@10 ${recall}: engram's rate over hnswlib's`,
  unit: "×",
  estimator: ratioOfMedians(),
  compares: {scenario: `${set.title}, ${sizes(set.size)}, recall ${recall}`, rival: RIVAL},
  rows: sides(rateAt(`${set.name} ${set.size}`, recall)),
});

/** The same at whatever size the profile has: no threshold speaks of it. */
export const searchRatioHere = (recall: number): Metric => ({
  id: `ratio-here-${recall * 100}`,
  label: `real passages, at this profile's size, recall@10 ${recall}: engram's rate over hnswlib's`,
  unit: "×",
  estimator: ratioOfMedians(),
  compares: {scenario: `real passages, this profile's size, recall ${recall}`, rival: RIVAL},
  rows: sides(rateAt("wikispeedia-minilm %", recall)),
});

/** Floor and recall of the ratio of 99th percentiles. */
const TAIL_RECALL = 0.95;
const TAIL_FLOOR = 0.4;

export const tailRatio = (set: VectorSet): Metric => ({
  id: `p99-${set.name}-${set.size}-${TAIL_RECALL * 100}`,
  label: `${set.title}, ${sizes(set.size)} × ${set.dimension}, recall@10 ${TAIL_RECALL}: engram's P99 of a query over hnswlib's`,
  unit: "×",
  estimator: ratioOfMedians(),
  rows: sides(p99At(`${set.name} ${set.size}`, TAIL_RECALL)),
});

/** The same at whatever size the profile has. */
export const TAIL_HERE: Metric = {
  id: `p99-here-${TAIL_RECALL * 100}`,
  label: `real passages, at this profile's size, recall@10 ${TAIL_RECALL}: engram's P99 of a query over hnswlib's`,
  unit: "×",
  estimator: ratioOfMedians(),
  rows: sides(p99At("wikispeedia-minilm %", TAIL_RECALL)),
};

const insertRatio = (of: string, id: string, label: string): Metric => ({
  id,
  label,
  unit: "×",
  estimator: ratioOfMedians(),
  rows: sides(observed(`inserts_per_s ${of}`)),
});
const MAIN = `${SETS[0]?.name} ${SETS[0]?.size}`;

/** Found neighbours of those sought, each counted as a trial. */
const recallOf = (id: string, metric: string, label: string): Metric => ({
  id,
  label,
  unit: "share",
  estimator: proportion({of: "neighbours"}),
  rows: `
    SELECT CASE WHEN place < round(value * n * 10) THEN 1 ELSE 0 END AS value
    FROM (SELECT metric, avg(value) AS value, max(n) AS n FROM (${observed(`${metric} %`)})
      WHERE subject = 'engram' GROUP BY metric) AS one, (SELECT unnest(range(100000)) AS place) AS places
    WHERE place < n * 10`,
});

const time = (id: string, metric: string, label: string, name: string): Metric => ({
  id,
  label: name,
  unit: "µs",
  estimator: median({of: "rounds"}),
  rows: mine(metric, label),
});

/** A P99 of fewer commits than these is only their slowest, or not even that. */
const COMMITS_FOR_P99 = 100;

/** What is stored durably, by how its metric goes on behind "stores_per_s". */
const STORED = {
  embedded: {id: "", suffix: "", label: "with embeddings"},
  bursts: {id: "bursts-", suffix: " in bursts", label: "with embeddings, in bursts of 1,000"},
  plain: {id: "plain-", suffix: " without embedding", label: "without embedding, segments written ahead"},
  unprepared: {
    id: "unprepared-",
    suffix: " without embedding, nothing ready",
    label: "without embedding, into new segments",
  },
} as const;

const durableShare = (batch: number, stored: keyof typeof STORED = "embedded"): Metric => {
  const {id, suffix, label} = STORED[stored];
  return {
    id: `durable-${id}${batch}`,
    label: `durable stores ${label}, ${sizes(batch)} a commit: share of the raw log's rate`,
    unit: "share",
    estimator: ratioOfMedians(),
    rows: `
    SELECT value, ${ROUND} AS block, CASE WHEN subject = 'engram' THEN 'a' ELSE 'b' END AS side
    FROM observations WHERE label = '${batch}'
      AND ((metric = 'stores_per_s${suffix}' AND subject = 'engram') OR (metric = 'stores_per_s' AND subject = 'raw log'))`,
  };
};

const floor = (
  metric: Metric,
  comparison: Floor["comparison"],
  threshold: number,
  source = SOURCE,
): Floor => ({
  metric,
  comparison,
  threshold,
  source,
});

const ofCommit = (metric: string, batch: number, a: string) => `
  SELECT value, ${ROUND} AS block, CASE WHEN subject = '${a}' THEN 'a' ELSE 'b' END AS side
  FROM observations WHERE metric = '${metric}' AND label = '${batch}' AND subject IN ('${a}', 'raw log')`;

/** What a file that grows keeps of the rate of one that is overwritten: the price of new blocks. */
const growingShare = (batch: number): Metric => ({
  id: `growing-${batch}`,
  label: `a file that grows, nothing but write and fdatasync, ${sizes(batch)} records a commit: share of the raw log's rate`,
  unit: "share",
  estimator: ratioOfMedians(),
  rows: ofCommit("stores_per_s", batch, "growing file"),
});

/** What a store would keep that did nothing but link each memory into the graph, by one thread, up to this profile's
 *  number of passages. */
const linkedShare = (batch: number): Metric => ({
  id: `linked-${batch}`,
  label: `inserts into the index alone, searchable at once, by one thread: share of the raw log's rate at ${sizes(batch)} a commit`,
  unit: "share",
  estimator: median({of: "rounds"}),
  rows: `
    SELECT i.value / r.raw AS value, i.run || '/' || i.round AS block
    FROM observations i JOIN (SELECT run, median(value) AS raw FROM observations
      WHERE metric = 'stores_per_s' AND subject = 'raw log' AND label = '${batch}' GROUP BY run) AS r USING (run)
    WHERE i.metric LIKE 'inserts_per_s wikispeedia-minilm %' AND i.subject = 'engram'`,
});

/** A store with an embedding needs the log and a link. In large commits links are the slower of the two by far, so that
 *  the raw log's rate is no measure of it (and floors of the log are for records of 1,600 bytes): this is what is kept
 *  of the slower one's. */
const slowerShare = (batch: number): Metric => ({
  id: `slower-${batch}`,
  label: `durable stores with embeddings, ${sizes(batch)} a commit: share of the slower of the raw log and of links by one thread`,
  unit: "share",
  estimator: median({of: "rounds"}),
  rows: `
    SELECT s.value / least(r.raw, i.linked) AS value, s.run || '/' || s.round AS block
    FROM observations s
      JOIN (SELECT run, median(value) AS raw FROM observations
        WHERE metric = 'stores_per_s' AND subject = 'raw log' AND label = '${batch}' GROUP BY run) AS r USING (run)
      JOIN (SELECT run, median(value) AS linked FROM observations
        WHERE metric LIKE 'inserts_per_s wikispeedia-minilm %' AND subject = 'engram' GROUP BY run) AS i USING (run)
    WHERE s.metric = 'stores_per_s' AND s.subject = 'engram' AND s.label = '${batch}'`,
});

export const DURABLE_TAIL: Metric = {
  id: "durable-p99",
  label: "P99 of a durable store with embedding, over that of the raw log's commits in the same run",
  unit: "×",
  estimator: ratioOfMedians(),
  rows: ofCommit("commit_p99_us", 1, "engram"),
};

export const HERE = RATIO_FLOORS.map(({recall}) => searchRatioHere(recall));
export const TWO_HOPS = time("spread-2", "spread_us", "1 seed, 2 hops", "spreading from 1 seed over 2 hops");
export const TEN_SEEDS = time(
  "spread-10",
  "spread_us",
  "10 seeds, 3 hops, cut-off",
  "spreading from 10 seeds over 3 hops, cut-off 0.01",
);
export const SMALL_SPACE: Metric = {
  id: "small-space",
  label: `one query in a space of ${sizes(SMALL)} vectors`,
  unit: "µs",
  estimator: median({of: "rounds"}),
  rows: mine(`qps small ${SMALL}`, "%", "1e6 / value"),
};
export const DURABLE_ONE = durableShare(1);
const crossing = (id: string, call: string, label: string): Metric => ({
  id,
  label,
  unit: "µs",
  estimator: median({of: "rounds"}),
  rows: mine("boundary_us", call),
});
export const BOUNDARY = crossing(
  "boundary",
  "recallSync",
  "a recall of nothing from TypeScript and back, in this thread",
);
const PREPARED = crossing(
  "boundary-prepared",
  "prepared recall",
  "a prepared recall of nothing from TypeScript and back, in this thread",
);

export const FLOORS: Floor[] = [
  ...[...SETS, LARGE].flatMap((set) =>
    RATIO_FLOORS.map((one) => floor(searchRatio(set, one.recall), ">=", one.floor)),
  ),
  ...[...SETS, LARGE].map((set) => floor(tailRatio(set), "<=", TAIL_FLOOR)),
  floor(
    {
      id: "hot-bytes",
      label: "bytes per vector that a search touches, 384 dimensions",
      unit: "bytes",
      estimator: maximum({of: "indexes"}),
      rows: mine("hot_bytes wikispeedia-minilm %"),
    },
    "<=",
    640,
  ),
  floor(
    insertRatio(
      MAIN,
      "inserts",
      `inserts searchable at once, to ${sizes(100_000)}: engram's rate over hnswlib's`,
    ),
    ">=",
    2,
  ),
  floor(SMALL_SPACE, "<=", 40),
  ...[
    ["deleted", "after three tenths were deleted"],
    ["updated", "after half was given other vectors"],
    ...SELECTIVITIES.map((percent) => [`filter${percent}`, `where a filter lets ${percent} % through`]),
  ].map(([metric, label]) =>
    floor(
      recallOf(`recall-${metric}`, `${metric}_recall`, `recall@10 at the default width ${label}`),
      ">=",
      0.95,
      "engine.md, similarity",
    ),
  ),
  floor(TWO_HOPS, "<=", 15),
  floor(TEN_SEEDS, "<=", 100),
  floor(
    time("blended", "blended_us", String(SMALL), `blended recall in process, among ${sizes(SMALL)} passages`),
    "<=",
    120,
  ),
  ...BATCHES.map((batch) => floor(durableShare(batch, "plain"), ">=", 0.6)),
  floor(DURABLE_ONE, ">=", 0.6),
  ...LARGE_BATCHES.map((batch) => floor(slowerShare(batch), ">=", 0.6, LARGE_COMMITS)),
  floor(DURABLE_TAIL, "<=", 1.5),
  floor(BOUNDARY, "<=", 1),
  floor(PREPARED, "<=", 1),
];

export const METRICS: Metric[] = [
  ...HERE,
  TAIL_HERE,
  insertRatio(
    "wikispeedia-minilm %",
    "inserts-here",
    "inserts searchable at once, at this profile's size: engram's rate over hnswlib's",
  ),
  time("spread-3", "spread_us", "1 seed, 3 hops", "spreading from 1 seed over 3 hops"),
  time(
    "similar",
    "similar_us",
    String(SMALL),
    `similar recall in process, among ${sizes(SMALL)} passages, by the same call`,
  ),
  {
    ...time("blended-here", "blended_us", "%", "blended recall in process, at this profile's size"),
    rows: `SELECT value, ${ROUND} AS block FROM observations WHERE metric = 'blended_us' AND label <> '${SMALL}'`,
  },
  time("reach-2", "reach_us", "2 hops", "distinct nodes within 2 hops"),
  time("reach-3", "reach_us", "3 hops", "distinct nodes within 3 hops"),
  ...LARGE_BATCHES.map((batch) => durableShare(batch)),
  ...BATCHES.map((batch) => durableShare(batch, "bursts")),
  ...BATCHES.map((batch) => durableShare(batch, "unprepared")),
  ...BATCHES.map(growingShare),
  ...BATCHES.map(linkedShare),
  ...["log", "snapshot"].map((from) => ({
    id: `open-${from}`,
    label: `time to open a space from its ${from}`,
    unit: "s",
    estimator: maximum({of: "openings"}),
    rows: mine("open_s", from),
  })),
  {
    id: "resident",
    label: "resident memory per vector of a space opened from its snapshot",
    unit: "bytes",
    estimator: maximum({of: "openings"}),
    rows: mine("resident_bytes_per_vector", "snapshot"),
  },
];

/** Median over rounds, with the lowest and the highest round. */
const spreadOf = (rows: string, keys: string) => `
  SELECT ${keys}, median(value) AS middle, min(value) AS lowest, max(value) AS highest, count(*) AS rounds
  FROM (${rows}) GROUP BY ${keys}`;

const frontier = ({name}: VectorSet): Table => ({
  id: `frontier-${name}`,
  caption: `${name}: recall, rate and P99 of a query at every width, one thread; median over rounds, the rate with the lowest and highest`,
  sql: `
    SELECT subject, effort, avg(recall) AS recall, median(qps) AS qps, min(qps) AS low_qps, max(qps) AS high_qps,
      median(p99_us) AS p99_us, count(*) AS n, max(vectors) AS vectors
    FROM (
      SELECT q.subject, CAST(q.label AS INTEGER) AS effort, q.value AS qps, r.value AS recall, t.value AS p99_us,
        CAST(split_part(q.metric, ' ', 3) AS INTEGER) AS vectors
      FROM observations q JOIN observations r USING (run, block, label)
      LEFT JOIN observations t ON t.run = q.run AND t.block = q.block AND t.label = q.label AND t.metric LIKE 'p99_us ${name} %'
      WHERE q.metric LIKE 'qps ${name} %' AND r.metric LIKE 'recall ${name} %')
    GROUP BY subject, effort ORDER BY subject, effort`,
  units: {qps: "1/s", low_qps: "1/s", high_qps: "1/s", p99_us: "µs", vectors: "count"},
});

const host = (metric: string, label: string) =>
  `(SELECT median(value) FROM observations WHERE metric = '${metric}' AND label = '${label}')`;
/** What each figure must move at least, held against what this machine moves at most. */
const ROOFLINE = `
  SELECT figure, model, measured_us, least_us, least_us / measured_us AS share FROM (
    SELECT 'search at recall 0.95' AS figure,
      'the ' || ef || ' best of a walk each open 32 neighbours, half of them new, ' || round(bytes / 64, 1)
        || ' cache lines each, at a random line''s time within 32 MiB' AS model,
      measured AS measured_us, ef * 16 * (bytes / 64) * ${host("random_line_ns", "32 MiB")} / 1e3 AS least_us
    FROM (SELECT median(ef) AS ef, median(1e6 / value) AS measured
        FROM (${rateAt("wikispeedia-minilm %", 0.95)}) WHERE subject = 'engram') AS search,
      (SELECT median(value) AS bytes FROM observations
        WHERE metric LIKE 'hot_bytes wikispeedia-minilm %' AND subject = 'engram') AS hot
    UNION ALL
    SELECT 'spreading, ' || label, round(arcs, 1) || ' arcs of 8 bytes in lines within 32 MiB, ' || round(nodes, 1)
        || ' marks of nodes in lines within 1 MiB', measured,
      (arcs / 8 * ${host("random_line_ns", "32 MiB")} + nodes * ${host("random_line_ns", "1 MiB")}) / 1e3
    FROM (SELECT t.label, median(t.value) AS measured, median(a.value) AS arcs, median(n.value) AS nodes
      FROM observations t JOIN observations a USING (run, block, label) JOIN observations n USING (run, block, label)
      WHERE t.metric = 'spread_us' AND a.metric = 'arcs_walked' AND n.metric = 'nodes_reached' GROUP BY t.label) AS walks
    UNION ALL
    SELECT 'durable commit of ' || label, 'one fdatasync of a page already on the disk', 1e6 * CAST(label AS DOUBLE) / rate,
      1e6 * ${host("fdatasync_s", "4 KiB over zeros")}
    FROM (SELECT label, median(value) AS rate FROM observations
      WHERE metric = 'stores_per_s' AND subject = 'engram' GROUP BY label) AS stores)
  ORDER BY figure`;

export const TABLES: Table[] = [
  ...SETS.map(frontier),
  {
    id: "inserts",
    caption: "Inserts a second, each searchable at once, chunk by chunk in turns",
    sql: `SELECT split_part(metric, ' ', 2) AS "set", subject, middle AS inserts_per_s, lowest, highest, rounds
      FROM (${spreadOf(observed("inserts_per_s %"), "metric, subject")}) ORDER BY ALL`,
    units: {inserts_per_s: "1/s", lowest: "1/s", highest: "1/s", rounds: "count"},
  },
  {
    id: "changed",
    caption: "Recall and rate at the default width, filtered, after deletes and after updates",
    sql: `
      SELECT split_part(q.metric, '_', 1) AS "case", q.subject, avg(r.value) AS recall, median(q.value) AS qps,
        min(q.value) AS low_qps, max(q.value) AS high_qps, count(*) AS n
      FROM observations q JOIN observations r USING (run, block, label)
      WHERE q.metric LIKE '%\\_qps %' ESCAPE '\\' AND r.metric = replace(q.metric, '_qps', '_recall')
      GROUP BY 1, 2 ORDER BY 1, 2`,
    units: {qps: "1/s", low_qps: "1/s", high_qps: "1/s"},
  },
  {
    id: "walks",
    caption:
      "Spreading and traversal on 100,000 nodes and 1,000,000 edges (synthetic): time and work per call",
    sql: `
      SELECT t.metric AS operation, t.label AS walk, median(t.value) AS middle_us, min(t.value) AS lowest_us,
        max(t.value) AS highest_us, median(a.value) AS arcs, median(n.value) AS nodes, count(*) AS n
      FROM observations t JOIN observations a USING (run, block, label) JOIN observations n USING (run, block, label)
      WHERE t.metric IN ('spread_us', 'reach_us') AND a.metric = 'arcs_walked' AND n.metric = 'nodes_reached'
      GROUP BY ALL ORDER BY 1 DESC, 3`,
    units: {middle_us: "µs", lowest_us: "µs", highest_us: "µs", arcs: "count", nodes: "count"},
  },
  {
    id: "durable",
    caption:
      "Durable records a second, 1,600 bytes each, by records per commit, and the P99 of a commit where a turn has 100 or more",
    sql: `
      SELECT CAST(label AS INTEGER) AS batch, who, median(CASE WHEN kind = 'stores_per_s' THEN value END) AS per_s,
        min(CASE WHEN kind = 'stores_per_s' THEN value END) AS lowest, max(CASE WHEN kind = 'stores_per_s' THEN value END) AS highest,
        median(CASE WHEN kind = 'commit_p99_us' AND n >= ${COMMITS_FOR_P99} THEN value END) AS p99, count(DISTINCT ${ROUND}) AS rounds
      FROM (SELECT *, split_part(metric, ' ', 1) AS kind,
          subject || CASE WHEN metric LIKE '%nothing ready' THEN ', without embedding, new segments'
            WHEN metric LIKE '% without %' THEN ', without embedding'
            WHEN metric LIKE '% in bursts' THEN ', in bursts' ELSE '' END AS who
        FROM observations WHERE metric LIKE 'stores_per_s%' OR metric LIKE 'commit_p99_us%')
      GROUP BY label, who ORDER BY 1, 2`,
    units: {batch: "count", per_s: "1/s", lowest: "1/s", highest: "1/s", p99: "µs", rounds: "count"},
  },
  {
    id: "answers",
    caption:
      "A whole answer in process: from episodes alone (similar), and from episodes and concepts (blended)",
    sql: `SELECT replace(metric, '_us', '') AS recall, CAST(label AS INTEGER) AS passages, middle AS middle_us,
        lowest AS lowest_us, highest AS highest_us, rounds
      FROM (${spreadOf("SELECT * FROM observations WHERE metric IN ('similar_us', 'blended_us')", "metric, label")}) ORDER BY 2, 1 DESC`,
    units: {passages: "count", middle_us: "µs", lowest_us: "µs", highest_us: "µs", rounds: "count"},
  },
  {
    id: "boundary",
    caption: "Calls from TypeScript that do nearly nothing",
    sql: `SELECT label AS call, middle AS middle_us, lowest AS lowest_us, highest AS highest_us, rounds
      FROM (${spreadOf(observed("boundary_us"), "label")}) ORDER BY 2`,
    units: {middle_us: "µs", lowest_us: "µs", highest_us: "µs", rounds: "count"},
  },
  {
    id: "roofline",
    caption:
      "The least a figure could take by its model on this machine, and the share of it reached (above 1: caches hold more than the model grants)",
    sql: ROOFLINE,
    units: {measured_us: "µs", least_us: "µs"},
  },
  {
    id: "host",
    caption: "What this machine did at most in the same run",
    sql: `SELECT metric AS quantity, label AS "size", middle, lowest, highest, rounds
      FROM (${spreadOf("SELECT * FROM observations WHERE subject = 'host'", "metric, label")}) ORDER BY 1, 2`,
    units: {middle: "as told", lowest: "as told", highest: "as told", rounds: "count"},
  },
  {
    id: "instructions",
    caption:
      "Instructions per call, counted by callgrind (AVX2 paths: it knows no AVX-512); profiles standard and full",
    sql: `SELECT label AS operation, subject, median(value) AS instructions, count(*) AS n
      FROM observations WHERE metric = 'instructions' GROUP BY ALL ORDER BY 1, 2`,
    units: {instructions: "count"},
  },
  {
    id: "simd",
    caption: "Width of the registers that distances were computed in, bits",
    sql: `SELECT DISTINCT subject, value AS bits FROM observations WHERE metric LIKE 'simd_bits %' ORDER BY 1`,
    units: {bits: "count"},
  },
];
