// A share of successes.
import type {Estimator} from "../estimate.ts";
import {clopperPearson} from "../statistics/proportion.ts";
import {finite, inputs, lack, nothing} from "./input.ts";

/** A share: rows are 1 (success) or 0, taken as independent. Exact interval. */
export function proportion({of = "trials"} = {}): Estimator {
  const name = "proportion()";
  const method = "share; exact interval (Clopper & Pearson 1934)";
  return {
    name,
    estimate(rows) {
      const values = finite(rows, name);
      const bad = values.findIndex((value) => value !== 0 && value !== 1);
      if (bad >= 0) throw new RangeError(`${name}: row ${bad} holds ${values[bad]}; a trial is 0 or 1`);
      const n = values.length;
      if (n === 0) return nothing(lack(1, 0, of), method);
      const successes = values.reduce((a, b) => a + b, 0);
      return {
        value: successes / n,
        ...clopperPearson(successes, n),
        n,
        units: n,
        enough: true,
        needs: null,
        method,
      };
    },
    sql: (rows) => `${inputs(rows)}
SELECT sum(value) / CAST(count(*) AS DOUBLE) AS value, count(*) AS n FROM input HAVING count(*) > 0`,
  };
}
