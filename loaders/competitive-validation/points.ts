// SQL of experiment 112: from requests and recalls to points on a recall–rate curve, the rate at a given
// recall, and the times of traversals. Every number a page shows of it comes through here.
import type {SystemCard} from "../systems/system.ts";
import {HOP_OPERATION, RECALL_METRIC, SEARCH_OPERATION} from "./visits.ts";

/** One row per visit and effort: recall and rate (requests over the sum of their service times). */
export const POINTS = `
  SELECT b.run, b.block, b.unit, b.run || '/' || b.round AS round_key, b.round, b.position, b.subject,
    speed.effort, o.value AS recall, speed.qps
  FROM (
    SELECT run, block, CAST(substr(operation, ${SEARCH_OPERATION.length + 1}) AS INTEGER) AS effort,
      count(*) / (sum(service_ns) / 1e9) AS qps
    FROM requests WHERE status = 'ok' AND starts_with(operation, '${SEARCH_OPERATION}')
    GROUP BY run, block, effort) speed
  JOIN blocks b USING (run, block)
  JOIN observations o ON o.run = b.run AND o.block = b.block AND o.metric = '${RECALL_METRIC}'
    AND CAST(o.label AS INTEGER) = speed.effort`;

/** One row per visit: the rate at a recall, between the two settings around it (linear in recall, logarithmic in
 *  rate); where the lowest setting is already better, that setting's. Visits that never reach it have no row. */
export function atRecall(target: number): string {
  return `
    WITH points AS (${POINTS}),
    above AS (SELECT run, block, min(effort) AS effort FROM points WHERE recall >= ${target} GROUP BY run, block),
    below AS (
      SELECT p.run, p.block, max(p.effort) AS effort FROM points p JOIN above a USING (run, block)
      WHERE p.effort < a.effort GROUP BY p.run, p.block)
    SELECT hi.run, hi.block, hi.unit, hi.round_key, hi.round, hi.position, hi.subject,
      CASE WHEN lo.recall IS NULL THEN hi.recall ELSE ${target} END AS recall,
      CASE WHEN lo.recall IS NULL THEN hi.qps
        ELSE exp(ln(lo.qps) + (${target} - lo.recall) / (hi.recall - lo.recall) * (ln(hi.qps) - ln(lo.qps))) END AS qps
    FROM above JOIN points hi ON hi.run = above.run AND hi.block = above.block AND hi.effort = above.effort
    LEFT JOIN below ON below.run = above.run AND below.block = above.block
    LEFT JOIN points lo ON lo.run = below.run AND lo.block = below.block AND lo.effort = below.effort`;
}

/** Median and its 95 % order-statistic interval (ranks by the normal approximation of the sign test, rounded
 *  outwards: Conover 1999, 3.2) of `value` by `keys`. */
export function medianInterval(rows: string, keys: string): string {
  return `
    SELECT ${keys}, median(value) AS middle,
      list_sort(list(value))[greatest(1, CAST(floor((count(*) - 1.96 * sqrt(count(*))) / 2) AS INTEGER))] AS low,
      list_sort(list(value))[least(count(*), count(*) + 1 - greatest(1, CAST(floor((count(*) - 1.96 * sqrt(count(*))) / 2) AS INTEGER)))] AS high,
      count(*) AS n
    FROM (${rows}) GROUP BY ${keys}`;
}

export const FRONTIER = `
  SELECT f.subject, f.effort, r.recall, f.middle AS qps, f.low AS low_qps, f.high AS high_qps, f.n
  FROM (${medianInterval(`SELECT subject, effort, qps AS value FROM (${POINTS})`, "subject, effort")}) f
  JOIN (SELECT subject, effort, avg(recall) AS recall FROM (${POINTS}) GROUP BY subject, effort) r USING (subject, effort)
  ORDER BY f.subject, f.effort`;

/** One row per visit: the median time of a walk, in µs. */
export function hopTimes(hops: number): string {
  return `
    SELECT b.run || '/' || b.round AS round_key, b.unit, b.subject, median(q.service_ns) / 1e3 AS service_us
    FROM requests q JOIN blocks b USING (run, block)
    WHERE q.operation = '${HOP_OPERATION}${hops}' AND q.status = 'ok'
    GROUP BY b.run, b.round, b.unit, b.subject`;
}

const eachHop = [1, 2, 3]
  .map((hops) => `SELECT subject, ${hops} AS hops, service_us AS value FROM (${hopTimes(hops)})`)
  .join(" UNION ALL ");

export const HOPS_TABLE = `
  SELECT subject, hops, middle AS p50_us, low AS low_us, high AS high_us, n
  FROM (${medianInterval(eachHop, "subject, hops")}) ORDER BY hops, p50_us`;

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** One row per system: its card, and what the runs found. */
export function cardsSql(cards: readonly SystemCard[]): string {
  const rows = cards.map(
    ({configurations: [best], ...card}) =>
      `(${[card.name, card.title, card.version, best.form, card.origin, card.licence, card.home, best.tuned_by, JSON.stringify(best.settings), card.caveats.map(({says}) => says).join(" ")].map(text).join(", ")})`,
  );
  return `
    WITH cards(subject, title, version, form, origin, licence, home, tuned_by, configuration, caveats) AS (VALUES
      ${rows.join(",\n      ")}),
    built AS (SELECT subject, max(value) AS build_seconds FROM observations WHERE metric = 'build_seconds' AND label = 'new' GROUP BY subject),
    sizes AS (SELECT subject, max(value) AS bytes FROM observations WHERE metric = 'bytes' GROUP BY subject),
    nothing AS (SELECT subject, median(service_ns) / 1e3 AS null_us FROM requests WHERE starts_with(operation, 'null') GROUP BY subject),
    absent AS (SELECT subject, min(excluded) AS reason FROM all_blocks WHERE starts_with(excluded, 'not run') GROUP BY subject)
    SELECT cards.*, built.build_seconds, sizes.bytes, nothing.null_us, coalesce(absent.reason, 'ran') AS status
    FROM cards LEFT JOIN built USING (subject) LEFT JOIN sizes USING (subject) LEFT JOIN nothing USING (subject)
    LEFT JOIN absent USING (subject)`;
}
