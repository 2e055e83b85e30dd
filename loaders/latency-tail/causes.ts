// Why a slow request was slow: each request above P99.9 has its time told phase by phase, and is explained
// when one phase, or a garbage collection, covers at least half of its latency.
import {PHASES} from "./phases.ts";

/** A cause must cover at least this share of the request's latency. */
export const COVERED_SHARE_MIN = 0.5;

const GARBAGE = "garbage collection";
const UNEXPLAINED = "unexplained";

/** One row per slow request: operation, latency_ns, at_s, cause. Phases are observations `phase:<name>` with the
 *  request's number as label; garbage collections are observations `event:gc` with their start in ns of the
 *  block's clock as label. Both lengths are in ns. */
export function slowRequestsSql(quantile: number): string {
  const choose = Object.entries(PHASES).map(
    ([phase, cause]) => `WHEN '${phase}' THEN '${cause.replaceAll("'", "''")}'`,
  );
  return `
    WITH cut AS (
      SELECT run, block, operation, quantile_disc(latency_ns, ${quantile}) AS cut_ns
      FROM requests WHERE status = 'ok' GROUP BY run, block, operation
    ),
    slow AS (
      SELECT r.run, r.block, r.sequence, r.operation, r.intended_ns, r.end_ns, r.latency_ns, r.service_ns
      FROM requests r JOIN cut USING (run, block, operation)
      WHERE r.status = 'ok' AND r.latency_ns > cut.cut_ns
    ),
    collected AS (
      SELECT s.run, s.block, s.sequence,
        sum(least(s.end_ns, CAST(e.label AS DOUBLE) + e.value) - greatest(s.intended_ns, CAST(e.label AS DOUBLE))) AS covered
      FROM slow s JOIN observations e ON e.run = s.run AND e.block = s.block AND e.metric = 'event:gc'
        AND CAST(e.label AS DOUBLE) < s.end_ns AND CAST(e.label AS DOUBLE) + e.value > s.intended_ns
      GROUP BY s.run, s.block, s.sequence
    ),
    longest AS (
      SELECT s.run, s.block, s.sequence, substr(o.metric, 7) AS phase, o.value AS covered,
        row_number() OVER (PARTITION BY s.run, s.block, s.sequence ORDER BY o.value DESC, o.metric) AS place
      FROM slow s JOIN observations o ON o.run = s.run AND o.block = s.block
        AND starts_with(o.metric, 'phase:') AND CAST(o.label AS BIGINT) = s.sequence
    )
    SELECT s.run, s.block, s.sequence, s.operation, s.latency_ns, s.service_ns, s.intended_ns / 1e9 AS at_s,
      CASE
        WHEN coalesce(c.covered, 0) >= ${COVERED_SHARE_MIN} * s.latency_ns THEN '${GARBAGE}'
        WHEN coalesce(l.covered, 0) >= ${COVERED_SHARE_MIN} * s.latency_ns THEN CASE l.phase ${choose.join(" ")} END
        ELSE '${UNEXPLAINED}' END AS cause
    FROM slow s
    LEFT JOIN collected c USING (run, block, sequence)
    LEFT JOIN (SELECT * FROM longest WHERE place = 1) l USING (run, block, sequence)`;
}
