// How a cost grows with size: the exponent of a power law.
import type {Estimator} from "../estimate.ts";
import {studentQuantile} from "../statistics/distributions.ts";
import {finite, lack, nothing} from "./input.ts";

const POINTS_MIN = 6;
const TAIL = 0.025;

/** Slope of log cost over log size by least squares, with its t interval (Draper & Smith 1998, section 1.4): rows have
 *  `value` (cost, above 0) and `effort` (size). Sizes must span `from` to `to`: what holds for small ones says nothing
 *  of large ones. */
export function exponent({from, to}: {from: number; to: number}): Estimator {
  const name = `exponent(${from}…${to})`;
  const method = "least squares in logarithms; t interval (Draper & Smith 1998)";
  return {
    name,
    estimate(rows) {
      finite(rows, name);
      const bad = rows.findIndex(({value, effort = 0}) => value <= 0 || effort <= 0);
      if (bad >= 0) throw new RangeError(`${name}: row ${bad} has a cost or a size that is not above 0`);
      const sizes = new Set(rows.map(({effort = 0}) => effort));
      if (sizes.size < 2) return nothing(lack(2, sizes.size, "sizes"), method);
      const x = rows.map(({effort = 0}) => Math.log(effort));
      const y = rows.map(({value}) => Math.log(value));
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const [mx, my] = [mean(x), mean(y)];
      const sxx = x.reduce((sum, one) => sum + (one - mx) ** 2, 0);
      const slope = x.reduce((sum, one, i) => sum + (one - mx) * ((y[i] as number) - my), 0) / sxx;
      const residual = x.reduce((sum, one, i) => sum + ((y[i] as number) - my - slope * (one - mx)) ** 2, 0);
      const freedom = rows.length - 2;
      const half = freedom < 1 ? null : -studentQuantile(TAIL, freedom) * Math.sqrt(residual / freedom / sxx);
      const spans = Math.min(...sizes) <= from && Math.max(...sizes) >= to;
      const enough = spans && half !== null && rows.length >= POINTS_MIN;
      const range = `sizes from ${from.toLocaleString("en-US")} to ${to.toLocaleString("en-US")}, have ${Math.min(...sizes).toLocaleString("en-US")} to ${Math.max(...sizes).toLocaleString("en-US")}`;
      return {
        value: slope,
        low: half === null ? null : slope - half,
        high: half === null ? null : slope + half,
        n: rows.length,
        units: rows.length,
        enough,
        needs: enough ? null : spans ? lack(POINTS_MIN, rows.length, "runs over sizes") : range,
        method,
      };
    },
    sql: (rows) => `WITH input AS (
  SELECT CAST(value AS DOUBLE) AS value, CAST(effort AS DOUBLE) AS effort FROM (${rows}) AS given WHERE value IS NOT NULL
)
SELECT regr_slope(ln(value), ln(effort)) AS value, count(*) AS n FROM input HAVING count(DISTINCT effort) > 1`,
  };
}
