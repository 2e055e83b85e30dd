// How much a percentile rises: the difference of two sides' order statistics, with an interval.
import type {Estimator} from "../lab/estimate.ts";
import {quantile} from "../lab/estimators.ts";

/** q-quantile of side a less that of side b; rows have `side`. Interval by combining the two sides' own exact ones
 *  (MOVER: Zou & Donner, Statist. Med. 27, 2008). */
export function differenceOfQuantiles(q: number, {of = "requests"} = {}): Estimator {
  const single = quantile(q, {of});
  const method = "difference of order statistics; intervals combined (Zou & Donner 2008)";
  return {
    name: `differenceOfQuantiles(${q})`,
    estimate(rows, random) {
      const own = (side: "a" | "b") =>
        single.estimate(
          rows.filter((row) => row.side === side),
          random,
        );
      const [a, b] = [own("a"), own("b")];
      const n = a.n + b.n;
      const value = a.value - b.value;
      const whole = a.low !== null && a.high !== null && b.low !== null && b.high !== null;
      const enough = a.enough && b.enough && whole;
      return {
        value,
        low: whole ? value - Math.hypot(a.value - Number(a.low), Number(b.high) - b.value) : null,
        high: whole ? value + Math.hypot(Number(a.high) - a.value, b.value - Number(b.low)) : null,
        n: a.n === 0 || b.n === 0 ? 0 : n,
        units: n,
        enough,
        needs: enough ? null : (a.needs ?? b.needs ?? `${of} on both sides`),
        method,
      };
    },
    sql: (
      rows,
    ) => `WITH source AS (SELECT CAST(value AS DOUBLE) AS value, side FROM (${rows}) AS given WHERE value IS NOT NULL),
ranked AS (SELECT value, side, row_number() OVER (PARTITION BY side ORDER BY value) AS place,
  count(*) OVER (PARTITION BY side) AS n FROM source),
chosen AS (SELECT side, value, n FROM ranked
  WHERE place = greatest(1, CAST(ceil(${q}e0 * CAST(n AS DOUBLE) - 1e-9) AS BIGINT)))
SELECT sum(CASE WHEN side = 'a' THEN value ELSE -value END) AS value, CAST(sum(n) AS BIGINT) AS n FROM chosen
HAVING count(*) = 2`,
  };
}
