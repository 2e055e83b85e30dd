// The largest value seen.
import type {Estimator} from "../estimate.ts";
import {finite, inputs, lack, nothing} from "./input.ts";

/** The largest value seen: a fact about this sample, so that its interval is the value itself. `atLeast`:
 *  below this n nothing is concluded from it. */
export function maximum({atLeast = 1, of = "requests"} = {}): Estimator {
  const name = "maximum()";
  return {
    name,
    estimate(rows) {
      const values = finite(rows, name);
      const n = values.length;
      if (n === 0) return nothing(lack(atLeast, 0, of), "largest value seen");
      const largest = values.reduce((a, b) => Math.max(a, b));
      const rarer = (1 - 0.05 ** (1 / n)) * 100;
      return {
        value: largest,
        low: largest,
        high: largest,
        n,
        units: n,
        enough: n >= atLeast,
        needs: n >= atLeast ? null : lack(atLeast, n, of),
        method: `largest value seen; with 95 % confidence fewer than ${rarer.toPrecision(2)} % are larger (Wilks 1941)`,
      };
    },
    sql: (rows) => `${inputs(rows)}
SELECT max(value) AS value, count(*) AS n FROM input HAVING count(*) > 0`,
  };
}
