// Units of inference: rows grouped into blocks, a statistic over drawn blocks, and its bootstrap interval.
import type {Estimate, Row} from "../estimate.ts";
import {bootstrapInterval, UNITS_MIN} from "../statistics/bootstrap.ts";
import {lack} from "./input.ts";

export interface Units {
  /** Unit of each row; rows without a block are each their own. */
  of: Uint32Array;
  count: number;
}

export function unitsOf(rows: readonly Row[]): Units {
  const known = new Map<string, number>();
  let count = 0;
  const of = Uint32Array.from(rows, ({block}) => {
    if (block === undefined || block === null) return count++;
    const found = known.get(block) ?? count++;
    known.set(block, found);
    return found;
  });
  return {of, count};
}

/** Value, interval and sufficiency of a statistic over drawn units. */
export function overUnits(
  statistic: (drawn: Uint32Array) => number,
  {n, units, of, method}: {n: number; units: number; of: string; method: string},
  random: () => number,
): Estimate {
  const value = statistic(new Uint32Array(units).fill(1));
  const interval = bootstrapInterval(units, statistic, random);
  const enough = units >= UNITS_MIN && interval !== null;
  const reason =
    units < UNITS_MIN ? lack(UNITS_MIN, units, of) : `${of} that vary less: a resample had no value`;
  return {
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    n,
    units,
    enough,
    needs: enough ? null : reason,
    method,
  };
}

/** Per-unit sums and counts, so that a resample costs one pass over the units. */
export function sums(
  values: Float64Array,
  {of, count}: Units,
  kept: (index: number) => boolean = () => true,
) {
  const total = new Float64Array(count);
  const size = new Float64Array(count);
  values.forEach((value, index) => {
    if (!kept(index)) return;
    const unit = of[index] ?? 0;
    total[unit] = (total[unit] ?? 0) + value;
    size[unit] = (size[unit] ?? 0) + 1;
  });
  return {total, size};
}

/** Sum over units of how often each is drawn times its value. */
export function dot(drawn: Uint32Array, of: Float64Array): number {
  let sum = 0;
  for (let unit = 0; unit < drawn.length; unit++) sum += (drawn[unit] ?? 0) * (of[unit] ?? 0);
  return sum;
}
