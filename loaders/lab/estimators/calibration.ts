// How far probabilities that were told lie from what came true.
import type {Estimator} from "../estimate.ts";
import {bootstrapInterval} from "../statistics/bootstrap.ts";
import {finite, lack, nothing} from "./input.ts";

const METHOD =
  "calibration error over ten bins of equally many (Guo et al. 2017; Nguyen & O'Connor 2015); bootstrap over questions, made to hold the value";
const BINS = 10;
/** Ten to a bin: below, an error is mostly that of counting. */
const QUESTIONS_MIN = 100;

/** Expected calibration error: rows are a probability (value) and whether it came true (found, 0 or 1), one per
 *  question. Drawing again adds noise to every bin, so that the interval leans upward: never to the better side. */
export function calibrationError({of = "questions"} = {}): Estimator {
  const name = "calibrationError()";
  return {
    name,
    estimate(rows, random) {
      const told = finite(rows, name);
      const bad = rows.findIndex(({value, found}) => value < 0 || value > 1 || (found !== 0 && found !== 1));
      if (bad >= 0)
        throw new RangeError(
          `${name}: row ${bad} is ${JSON.stringify(rows[bad])}; select a probability as value and 0 or 1 as found`,
        );
      const n = told.length;
      if (n === 0) return nothing(lack(QUESTIONS_MIN, 0, of), METHOD);
      const true_ = Float64Array.from(rows, ({found = 0}) => found);
      const order = Uint32Array.from(told.keys()).sort(
        (a, b) => (told[a] as number) - (told[b] as number) || (true_[a] as number) - (true_[b] as number),
      );
      const statistic = (drawn: Uint32Array) => {
        const off = new Float64Array(BINS);
        let place = 0;
        for (const row of order)
          for (let time = 0; time < (drawn[row] as number); time++, place++) {
            const bin = Math.floor((BINS * (place + 1) + n - 1) / n) - 1;
            off[bin] = (off[bin] as number) + (told[row] as number) - (true_[row] as number);
          }
        return off.reduce((sum, one) => sum + Math.abs(one), 0) / n;
      };
      const value = statistic(new Uint32Array(n).fill(1));
      const interval = bootstrapInterval(n, statistic, random);
      const enough = n >= QUESTIONS_MIN && interval !== null;
      return {
        value,
        low: interval === null ? null : Math.min(interval.low, value),
        high: interval === null ? null : Math.max(interval.high, value),
        n,
        units: n,
        enough,
        needs: enough ? null : lack(QUESTIONS_MIN, n, of),
        method: METHOD,
      };
    },
    sql: (rows) => `WITH told AS (
  SELECT CAST(value AS DOUBLE) AS value, CAST(found AS DOUBLE) AS found FROM (${rows}) AS source WHERE value IS NOT NULL
),
ranked AS (SELECT value, found, row_number() OVER (ORDER BY value, found) AS place, count(*) OVER () AS n FROM told),
bins AS (SELECT abs(sum(value - found)) AS off, any_value(n) AS n FROM ranked GROUP BY (${BINS} * place + n - 1) // n)
SELECT sum(off) / any_value(n) AS value, any_value(n) AS n FROM bins HAVING count(*) > 0`,
  };
}
