// The ratio of one percentile of two sides, such as a store's P99 and the disk's own.
import type {Estimator} from "../estimate.ts";
import {quantileRanks, RANK_SLACK, sampleSizeFor} from "../statistics/order-statistic.ts";
import {finite, lack, nothing} from "./input.ts";

/** Each side misses at most half of 5 %, so that both hold together with 95 % (Bonferroni). */
const SIDE_ALPHA = 0.025;

/** q-quantile of side a over that of side b, values above 0. The interval goes from a's low over b's high to a's high
 *  over b's low: wide, but right for any two distributions. Values count as independent. 0 < q < 1. */
export function ratioOfQuantiles(q: number, {of = "requests"} = {}): Estimator {
  const needed = sampleSizeFor(q, SIDE_ALPHA);
  const name = `ratioOfQuantiles(${q})`;
  const method = "order statistics of both sides, each at 97.5 % (Conover 1999; Bonferroni)";
  return {
    name,
    estimate(rows) {
      finite(rows, name);
      const bad = rows.findIndex(({value, side}) => value <= 0 || (side !== "a" && side !== "b"));
      if (bad >= 0)
        throw new RangeError(
          `${name}: row ${bad} has value ${rows[bad]?.value} and side ${rows[bad]?.side}; select values above 0 and side ('a' | 'b')`,
        );
      const [a, b] = (["a", "b"] as const).map((side) => {
        const sorted = Float64Array.from(
          rows.filter((row) => row.side === side),
          ({value}) => value,
        ).sort();
        const ranks = quantileRanks(q, Math.max(1, sorted.length), SIDE_ALPHA);
        const at = (rank: number | null) => (rank === null ? null : (sorted[rank - 1] ?? null));
        return {n: sorted.length, value: at(ranks.rank), low: at(ranks.low), high: at(ranks.high)};
      }) as [Side, Side];
      const least = Math.min(a.n, b.n);
      // A ratio is not told without its interval, and that needs its sample on both sides.
      if (least < needed) return nothing(lack(needed, least, `${of} on each side`), method);
      return {
        value: (a.value as number) / (b.value as number),
        low: (a.low as number) / (b.high as number),
        high: (a.high as number) / (b.low as number),
        n: rows.length,
        units: rows.length,
        enough: true,
        needs: null,
        method,
      };
    },
    sql: (rows) => `WITH input AS (
  SELECT CAST(value AS DOUBLE) AS value, CAST(side AS VARCHAR) AS side FROM (${rows}) AS given WHERE value IS NOT NULL
),
ranked AS (
  SELECT value, side, row_number() OVER (PARTITION BY side ORDER BY value) AS place, count(*) OVER (PARTITION BY side) AS n
  FROM input
),
sides AS (
  SELECT side, value, n FROM ranked
  WHERE place = greatest(1, CAST(ceil(${q}e0 * CAST(n AS DOUBLE) - ${RANK_SLACK.toExponential()}) AS BIGINT))
)
SELECT max(CASE WHEN side = 'a' THEN value END) / max(CASE WHEN side = 'b' THEN value END) AS value,
  CAST((SELECT count(*) FROM input) AS BIGINT) AS n
FROM sides HAVING count(*) = 2 AND min(n) >= ${needed}`,
  };
}

interface Side {
  n: number;
  value: number | null;
  low: number | null;
  high: number | null;
}
