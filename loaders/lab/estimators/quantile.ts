// Percentiles by order statistic.
import type {Estimator} from "../estimate.ts";
import {quantileRanks, RANK_SLACK, sampleSizeFor} from "../statistics/order-statistic.ts";
import {finite, inputs, lack, nothing} from "./input.ts";

/** q-quantile as an order statistic (smallest value that at least a share q does not exceed) with its exact
 *  95 % interval; requests count as independent. `of` names what n counts. 0 < q < 1. */
export function quantile(q: number, {of = "requests"} = {}): Estimator {
  const needed = sampleSizeFor(q);
  const name = `quantile(${q})`;
  const method = "order statistic; exact binomial interval (Conover 1999)";
  return {
    name,
    estimate(rows) {
      const sorted = finite(rows, name).sort();
      const n = sorted.length;
      if (n === 0) return nothing(lack(needed, 0, of), method);
      const at = (rank: number | null) => (rank === null ? null : (sorted[rank - 1] ?? null));
      const ranks = quantileRanks(q, n);
      const enough = n >= needed;
      return {
        value: at(ranks.rank) ?? Number.NaN,
        low: at(ranks.low),
        high: at(ranks.high),
        n,
        units: n,
        enough,
        needs: enough ? null : lack(needed, n, of),
        method,
      };
    },
    sql: (rows) => `${inputs(rows)},
ranked AS (SELECT value, row_number() OVER (ORDER BY value) AS place, count(*) OVER () AS n FROM input)
SELECT value, n FROM ranked
WHERE place = greatest(1, CAST(ceil(${q}e0 * CAST(n AS DOUBLE) - ${RANK_SLACK.toExponential()}) AS BIGINT))`,
  };
}
