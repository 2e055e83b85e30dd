// Why a slow request was slow: each request above P99.9 is laid over what the process saw happen at the
// time (events), and is explained when one cause covers at least half of its latency.

/** Causes in the order they are tried: the first that covers enough wins, so that nothing counts twice. */
export const CAUSES = [
  {event: "gc", cause: "garbage collection"},
  {event: "stall", cause: "driver thread not scheduled"},
] as const;

/** A cause must cover at least this share of the request's latency. */
export const COVERED_SHARE_MIN = 0.5;

/** One row per slow request: operation, latency_ns, second, cause (`unexplained` when none covers it).
 *  Events are observations `event:<name>`: label = start in ns of the block's clock, value = length in ns. */
export function slowRequestsSql(quantile: number): string {
  const covers = CAUSES.map(
    ({event}) =>
      `max(CASE WHEN e.metric = 'event:${event}' THEN covered END) / any_value(s.latency_ns) AS "${event}"`,
  );
  const choose = CAUSES.map(
    ({event, cause}) => `WHEN coalesce("${event}", 0) >= ${COVERED_SHARE_MIN} THEN '${cause}'`,
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
    events AS (
      SELECT run, block, metric, CAST(label AS DOUBLE) AS from_ns, CAST(label AS DOUBLE) + value AS to_ns
      FROM observations WHERE metric LIKE 'event:%'
    ),
    laid AS (
      SELECT s.run, s.block, s.sequence, e.metric,
        sum(least(s.end_ns, e.to_ns) - greatest(s.intended_ns, e.from_ns)) AS covered
      FROM slow s JOIN events e
        ON e.run = s.run AND e.block = s.block AND e.from_ns < s.end_ns AND e.to_ns > s.intended_ns
      GROUP BY s.run, s.block, s.sequence, e.metric
    ),
    shares AS (
      SELECT s.run, s.block, s.sequence, any_value(s.operation) AS operation,
        any_value(s.latency_ns) AS latency_ns, any_value(s.service_ns) AS service_ns,
        any_value(s.intended_ns) AS intended_ns, ${covers.join(", ")}
      FROM slow s LEFT JOIN laid e ON e.run = s.run AND e.block = s.block AND e.sequence = s.sequence
      GROUP BY s.run, s.block, s.sequence
    )
    SELECT run, block, sequence, operation, latency_ns, service_ns, intended_ns / 1e9 AS at_s,
      CASE ${choose.join(" ")} ELSE 'unexplained' END AS cause
    FROM shares`;
}
