// The figures of clusterings and confidences as SQL over rows, the same as lab/statistics computes: what a reader's
// browser runs again.

/** Adjusted Rand index of each block. `rows`: found, known, block; one row per item. */
export function adjustedRandSql(rows: string): string {
  return `WITH items AS (${rows}),
    both_labels AS (SELECT block, sum(n * (n - 1) / 2) AS pairs FROM (SELECT block, found, known, count(*)::DOUBLE AS n FROM items GROUP BY ALL) GROUP BY block),
    groups AS (SELECT block, sum(n * (n - 1) / 2) AS pairs FROM (SELECT block, found, count(*)::DOUBLE AS n FROM items GROUP BY ALL) GROUP BY block),
    classes AS (SELECT block, sum(n * (n - 1) / 2) AS pairs FROM (SELECT block, known, count(*)::DOUBLE AS n FROM items GROUP BY ALL) GROUP BY block),
    whole AS (SELECT block, count(*)::DOUBLE * (count(*) - 1) / 2 AS pairs FROM items GROUP BY block)
    SELECT (b.pairs - g.pairs * c.pairs / w.pairs) / ((g.pairs + c.pairs) / 2 - g.pairs * c.pairs / w.pairs) AS value, block
    FROM both_labels b JOIN groups g USING (block) JOIN classes c USING (block) JOIN whole w USING (block)`;
}

/** Purity of each block, of the same rows. */
export function puritySql(rows: string): string {
  return `WITH items AS (${rows}),
    cells AS (SELECT block, found, known, count(*) AS n FROM items GROUP BY ALL),
    most AS (SELECT block, found, max(n) AS n, sum(n) AS whole FROM cells GROUP BY block, found)
    SELECT sum(n)::DOUBLE / sum(whole) AS value, block FROM most GROUP BY block`;
}

/** Calibration error of each block over ten bins of equally many. `rows`: probability, hit (0 or 1), block. */
export function calibrationErrorSql(rows: string): string {
  return `WITH told AS (${rows}),
    ranked AS (SELECT *, row_number() OVER (PARTITION BY block ORDER BY probability, hit) - 1 AS place, count(*) OVER (PARTITION BY block) AS n FROM told),
    bins AS (SELECT block, (10 * (place + 1) + n - 1) // n AS bin, abs(sum(probability - hit)) AS off, any_value(n) AS n FROM ranked GROUP BY block, bin)
    SELECT sum(off) / any_value(n) AS value, block FROM bins GROUP BY block`;
}
