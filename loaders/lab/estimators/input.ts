// What every estimator does with its rows first: check them, and say what is lacking.
import type {Estimate, Row} from "../estimate.ts";

const counted = (n: number) => n.toLocaleString("en-US");
export const lack = (needed: number, have: number, what: string) =>
  `${counted(needed)} ${what}, have ${counted(have)}`;

export function nothing(needs: string, method: string): Estimate {
  return {value: Number.NaN, low: null, high: null, n: 0, units: 0, enough: false, needs, method};
}

/** All values as doubles. Throws where one is not a finite number: it would silently poison the rest. */
export function finite(rows: readonly Row[], name: string): Float64Array {
  const bad = rows.findIndex(({value}) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `${name}: row ${bad} holds ${rows[bad]?.value}; leave such rows out in the metric's SQL and say why`,
    );
  return Float64Array.from(rows, ({value}) => value);
}

/** The rows of an estimator's SQL face: doubles, nulls left out. */
export const inputs = (rows: string) =>
  `WITH input AS (SELECT CAST(value AS DOUBLE) AS value FROM (${rows}) AS source WHERE value IS NOT NULL)`;
