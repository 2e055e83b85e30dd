// The table behind a latency curve, as components/latency.ts draws it.

const QUANTILES = [0.5, 0.9, 0.99, 0.999];

/** Percentiles of each operation, only as deep as its sample carries (Wilks 1941), with the interval by the normal
 *  approximation of the ranks (Conover 1999). `rows`: SQL that yields operation and ms. Yields operation, quantile,
 *  latency_ms, low_ms, high_ms, n. */
export function percentilesSql(rows: string): string {
  return `WITH q(quantile) AS (VALUES ${QUANTILES.map((q) => `(${q}e0)`).join(", ")}),
    ranked AS (
      SELECT operation, ms, row_number() OVER (PARTITION BY operation ORDER BY ms) AS rank,
        count(*) OVER (PARTITION BY operation) AS n FROM (${rows})
    ),
    wanted AS (
      SELECT DISTINCT operation, n, quantile,
        greatest(1, CAST(ceil(n * quantile - 1e-9) AS BIGINT)) AS at,
        greatest(1, CAST(floor(n * quantile - 1.96e0 * sqrt(n * quantile * (1 - quantile))) AS BIGINT)) AS low,
        least(n, CAST(ceil(n * quantile + 1.96e0 * sqrt(n * quantile * (1 - quantile))) AS BIGINT) + 1) AS high
      FROM ranked, q WHERE n >= ln(0.05e0) / ln(quantile)
    )
    SELECT w.operation, w.quantile, max(CASE WHEN r.rank = w.at THEN r.ms END) AS latency_ms,
      max(CASE WHEN r.rank = w.low THEN r.ms END) AS low_ms,
      max(CASE WHEN r.rank = w.high THEN r.ms END) AS high_ms, w.n
    FROM wanted w JOIN ranked r USING (operation)
    GROUP BY w.operation, w.quantile, w.n ORDER BY w.operation, w.quantile`;
}
