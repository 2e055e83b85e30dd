// SQL of experiment 112: from requests and observations to the rows that its numbers and tables are made of.
// Every number a page shows of it comes through here.
import {batchOperation, HITS_DIGITS, RECALL_METRIC} from "./scenarios/search.ts";
import {BATCH_SIZES, writeOperation} from "./scenarios/write.ts";

/** Neighbours asked for in every profile. */
export const K = 10;

export const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

const ROUND = "b.run || '/' || b.round";

/** One row per search: round, subject, effort, the query's number, its time in ns, and the share it found. */
export function searches(dataset: string, subjects?: readonly string[]): string {
  const start = text(`search ${dataset} ef=`);
  const only = subjects === undefined ? "" : `AND subject IN (${subjects.map(text).join(", ")})`;
  return `
    SELECT b.run, b.block, b.unit, ${ROUND} AS round_key, b.round, b.position, b.subject, asked.effort, asked.query, asked.service_ns,
      (strpos('${HITS_DIGITS}', substr(hits.digits, CAST(asked.query + 1 AS INTEGER), 1)) - 1) / ${K}e0 AS found
    FROM (
      SELECT run, block, operation, CAST(split_part(operation, '=', 2) AS INTEGER) AS effort, service_ns,
        row_number() OVER (PARTITION BY run, block, operation ORDER BY sequence) - 1 AS query
      FROM requests WHERE status = 'ok' AND starts_with(operation, ${start}) ${only}) asked
    JOIN blocks b USING (run, block)
    JOIN (
      SELECT run, block, split_part(label, ' ', 3) AS knob, split_part(label, ' ', 4) AS digits
      FROM observations WHERE metric = '${RECALL_METRIC}' AND starts_with(label, ${start})) hits
      ON hits.run = asked.run AND hits.block = asked.block AND hits.knob = split_part(asked.operation, ' ', 3)`;
}

/** One row per visit and effort: recall and rate (searches over the sum of their times). */
export const points = (dataset: string) => `
  SELECT run, block, unit, round_key, round, position, subject, effort, avg(found) AS recall,
    count(*) / (sum(service_ns) / 1e9) AS qps, count(*) AS queries
  FROM (${searches(dataset)}) GROUP BY ALL`;

/** One row per visit: the median time of an operation, in µs. */
export const times = (operation: string) => `
  SELECT ${ROUND} AS round_key, b.unit, b.subject, median(q.service_ns) / 1e3 AS service_us, count(*) AS requests
  FROM requests q JOIN blocks b USING (run, block)
  WHERE q.operation = ${text(operation)} AND q.status = 'ok'
  GROUP BY b.run, b.round, b.unit, b.subject`;

/** Median and its 95 % order-statistic interval (ranks by the normal approximation of the sign test, rounded
 *  outwards: Conover 1999, 3.2) of `value` by `keys`. */
export function medianInterval(rows: string, keys: string): string {
  const rank = "greatest(1, CAST(floor((count(*) - 1.96 * sqrt(count(*))) / 2) AS INTEGER))";
  return `
    SELECT ${keys}, median(value) AS middle, list_sort(list(value))[${rank}] AS low,
      list_sort(list(value))[least(count(*), count(*) + 1 - ${rank})] AS high, count(*) AS n
    FROM (${rows}) GROUP BY ${keys}`;
}

/** Rows of a ratio of times: the rival's over engram's, so that above 1 engram is ahead. A slow system may have been
 *  asked less; the ratio is over those first requests that both were asked in every visit. */
export const timeRatio = (operation: string, ours: string, rival: string) => `
  WITH asked AS (
    SELECT ${ROUND} AS round_key, b.unit, b.subject, q.service_ns,
      row_number() OVER (PARTITION BY b.unit ORDER BY q.sequence) AS place
    FROM requests q JOIN blocks b USING (run, block)
    WHERE q.operation = ${text(operation)} AND q.status = 'ok' AND b.subject IN (${text(ours)}, ${text(rival)}))
  SELECT median(service_ns) / 1e3 AS value, round_key AS block,
    CASE WHEN subject = ${text(ours)} THEN 'b' ELSE 'a' END AS side, unit AS visit
  FROM asked WHERE place <= (SELECT min(n) FROM (SELECT count(*) AS n FROM asked GROUP BY unit))
  GROUP BY round_key, unit, subject`;

/** Rows of a ratio of rates at equal recall, over the queries that both answered in every visit. */
export const searchRatio = (dataset: string, ours: string, rival: string) => `
  WITH both_sides AS (${searches(dataset, [ours, rival])})
  SELECT service_ns AS value, round_key AS block, CASE WHEN subject = ${text(ours)} THEN 'a' ELSE 'b' END AS side, effort,
    CAST(query AS INTEGER) AS query, found, unit AS visit
  FROM both_sides WHERE query < (SELECT min(answered) FROM (SELECT count(DISTINCT query) AS answered FROM both_sides GROUP BY unit))`;

/** One row per visit: questions a second over all cores, at the recall beside it. */
const batchRates = (dataset: string) => `
  SELECT b.subject, n.value / (q.service_ns / 1e9) AS qps, r.value AS recall
  FROM requests q JOIN blocks b USING (run, block)
  JOIN observations n ON n.run = b.run AND n.block = b.block AND n.metric = 'batch_queries'
  JOIN observations r ON r.run = b.run AND r.block = b.block AND r.metric = 'batch_recall'
  WHERE q.operation = ${text(batchOperation(dataset))} AND q.status = 'ok'`;

const union = (parts: readonly string[]) =>
  parts.map((part) => `SELECT * FROM (${part})`).join(" UNION ALL ");

/** The frontier: recall and rate of every subject at every setting, per dataset. */
export const frontierTable = (datasets: readonly string[]) =>
  `${union(
    datasets.map(
      (dataset) => `
  SELECT ${text(dataset)} AS dataset, f.subject, f.effort, r.recall, f.middle AS qps, f.low AS low_qps, f.high AS high_qps,
    CAST(r.queries AS INTEGER) AS queries, f.n
  FROM (${medianInterval(`SELECT subject, effort, qps AS value FROM (${points(dataset)})`, "subject, effort")}) f
  JOIN (SELECT subject, effort, avg(recall) AS recall, max(queries) AS queries FROM (${points(dataset)}) GROUP BY subject, effort) r
    USING (subject, effort)`,
    ),
  )} ORDER BY dataset, subject, effort`;

/** Walks and spreading of every subject in every wording: median time, the null request, and what is left without it. */
export const walksTable = `
  WITH timed AS (
    SELECT b.subject, b.unit, split_part(q.operation, ' ', 1) AS kind, split_part(q.operation, ' ', 2) AS dataset,
      CASE WHEN starts_with(q.operation, 'walk') THEN split_part(split_part(q.operation, ' ', 3), '=', 2) ELSE '2' END AS hops,
      substr(q.operation, length(split_part(q.operation, ' ', 1)) + length(split_part(q.operation, ' ', 2)) + 3
        + CASE WHEN starts_with(q.operation, 'walk') THEN length(split_part(q.operation, ' ', 3)) + 1 ELSE 0 END) AS wording,
      median(q.service_ns) / 1e3 AS value
    FROM requests q JOIN blocks b USING (run, block)
    WHERE q.status = 'ok' AND (starts_with(q.operation, 'walk ') OR starts_with(q.operation, 'spread '))
    GROUP BY b.subject, b.unit, q.operation),
  nothing AS (
    SELECT subject, median(service_ns) / 1e3 AS null_us FROM requests WHERE operation = 'null reachNothing' GROUP BY subject)
  SELECT kind, dataset, CAST(hops AS INTEGER) AS hops, subject, wording, middle AS p50_us, low AS low_us, high AS high_us, n,
    null_us, middle - null_us AS less_null_us
  FROM (${medianInterval("SELECT * FROM timed", "kind, dataset, hops, subject, wording")}) JOIN nothing USING (subject)
  ORDER BY kind DESC, dataset, hops, p50_us`;

/** Durable writes: records a second at each batch size, and what was still there after a kill. */
export const writesTable = `
  WITH timed AS (
    ${BATCH_SIZES.map(
      (batch) =>
        `SELECT subject, ${batch} AS batch, ${batch} * 1e6 / service_us AS value FROM (${times(writeOperation(batch))})`,
    ).join(" UNION ALL ")}),
  ledger AS (
    SELECT subject, CAST(sum(n) AS INTEGER) AS acknowledged, CAST(sum(value) AS INTEGER) AS lost
    FROM observations WHERE metric = 'lost' GROUP BY subject),
  nothing AS (
    SELECT subject, median(service_ns) / 1e3 AS null_us FROM requests WHERE operation = 'null writeNothing' GROUP BY subject)
  SELECT subject, batch, middle AS records_per_s, low AS low_per_s, high AS high_per_s, n, null_us, acknowledged, lost
  FROM (${medianInterval("SELECT * FROM timed", "subject, batch")}) LEFT JOIN ledger USING (subject) LEFT JOIN nothing USING (subject)
  ORDER BY batch, records_per_s DESC`;

/** The hybrid question: median time, the null request, and what is left without it. */
export const hybridTable = (dataset: string) => `
  SELECT subject, middle AS p50_us, low AS low_us, high AS high_us, n, null_us, middle - null_us AS less_null_us
  FROM (${medianInterval(`SELECT subject, service_us AS value FROM (${times(`hybrid ${dataset}`)})`, "subject")})
  JOIN (SELECT subject, median(service_ns) / 1e3 AS null_us FROM requests WHERE operation = 'null hybridNothing' GROUP BY subject)
    USING (subject)
  ORDER BY p50_us`;

export const batchTable = (datasets: readonly string[]) =>
  `${union(
    datasets.map(
      (
        dataset,
      ) => `SELECT ${text(dataset)} AS dataset, subject, recall, middle AS qps, low AS low_qps, high AS high_qps, n
        FROM (${medianInterval(`SELECT subject, recall, qps AS value FROM (${batchRates(dataset)})`, "subject, recall")})`,
    ),
  )} ORDER BY dataset, qps DESC`;

const OBSERVED: Record<string, string> = {
  build_seconds: "build_seconds",
  open_seconds: "open_seconds",
  memory_bytes: "memory_bytes",
  disk_bytes: "disk_bytes",
  index_bytes: "index_bytes",
};

/** What an index costs: to build, to open, in memory and on disk, by dataset. */
export const footprintTable = (datasets: readonly string[]) => `
  SELECT dataset, subject, ${Object.entries(OBSERVED)
    .map(([metric, name]) => `median(value) FILTER (WHERE metric = '${metric}') AS ${name}`)
    .join(", ")}, CAST(median(value) FILTER (WHERE metric = 'vectors') AS INTEGER) AS indexed
  FROM (
    SELECT subject, metric, value, CASE ${datasets
      .map((dataset) => `WHEN strpos(label, ${text(dataset)}) > 0 THEN ${text(dataset)}`)
      .join(" ")} END AS dataset
    FROM observations WHERE metric IN (${[...Object.keys(OBSERVED), "vectors"].map(text).join(", ")}))
  WHERE dataset IS NOT NULL GROUP BY dataset, subject ORDER BY dataset, subject`;
