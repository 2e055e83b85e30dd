// The smallest value seen.
import type {Estimator} from "../estimate.ts";
import {inputs} from "./input.ts";
import {maximum} from "./maximum.ts";

/** The smallest value seen, as maximum() tells the largest: what a floor must hold for in every run. */
export function minimum(options: Parameters<typeof maximum>[0] = {}): Estimator {
  const largest = maximum(options);
  const turned = (value: number | null) => (value === null ? null : -value);
  return {
    name: "minimum()",
    estimate(rows, random) {
      const {value, low, high, method, ...rest} = largest.estimate(
        rows.map((row) => ({...row, value: -row.value})),
        random,
      );
      const told = method.replace("largest", "smallest").replace("larger", "smaller");
      return {...rest, value: -value, low: turned(high), high: turned(low), method: told};
    },
    sql: (rows) => `${inputs(rows)}
SELECT min(value) AS value, count(*) AS n FROM input HAVING count(*) > 0`,
  };
}
