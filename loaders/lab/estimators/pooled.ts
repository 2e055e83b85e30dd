// Statistics of all rows together whose interval comes from drawing whole blocks: mean, median, rate.
import type {Estimator} from "../estimate.ts";
import {UNITS_MIN} from "../statistics/bootstrap.ts";
import {pooledMedian} from "../statistics/pooled-quantile.ts";
import {finite, inputs, lack, nothing} from "./input.ts";
import {dot, overUnits, sums, type Units, unitsOf} from "./units.ts";

const METHOD = "percentile bootstrap over blocks, tails widened for few (Efron 1979; Hesterberg 2015)";

function pooled(
  name: string,
  sqlValue: string,
  prepare: (values: Float64Array, units: Units) => (drawn: Uint32Array) => number,
  of: string,
): Estimator {
  return {
    name,
    estimate(rows, random) {
      const values = finite(rows, name);
      if (values.length === 0) return nothing(lack(UNITS_MIN, 0, of), METHOD);
      const units = unitsOf(rows);
      const about = {n: values.length, units: units.count, of, method: METHOD};
      return overUnits(prepare(values, units), about, random);
    },
    sql: (rows) => `${inputs(rows)}
SELECT ${sqlValue} AS value, count(*) AS n FROM input HAVING count(*) > 0`,
  };
}

/** Arithmetic mean of all rows; interval over blocks. */
export function mean({of = "blocks"} = {}): Estimator {
  return pooled(
    "mean()",
    "sum(value) / CAST(count(*) AS DOUBLE)",
    (values, units) => {
      const {total, size} = sums(values, units);
      return (drawn) => dot(drawn, total) / dot(drawn, size);
    },
    of,
  );
}

/** Median of all rows (mean of the middle two where even); interval over blocks. */
export function median({of = "blocks"} = {}): Estimator {
  return pooled(
    "median()",
    "median(value)",
    (values, units) => pooledMedian(values, units.of, units.count),
    of,
  );
}

/** Root of the mean square of all rows, which are errors; interval over blocks. */
export function rootMeanSquare({of = "blocks"} = {}): Estimator {
  return pooled(
    "rootMeanSquare()",
    "sqrt(sum(value * value) / CAST(count(*) AS DOUBLE))",
    (values, units) => {
      const {total, size} = sums(
        values.map((value) => value * value),
        units,
      );
      return (drawn) => Math.sqrt(dot(drawn, total) / dot(drawn, size));
    },
    of,
  );
}

/** Rate from times: rows are durations in s, the value is n / their sum, in 1/s; interval over blocks. */
export function rate({of = "blocks"} = {}): Estimator {
  return pooled(
    "rate()",
    "CAST(count(*) AS DOUBLE) / sum(value)",
    (values, units) => {
      const {total, size} = sums(values, units);
      return (drawn) => dot(drawn, size) / dot(drawn, total);
    },
    of,
  );
}
