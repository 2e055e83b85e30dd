// Resampling whole units (blocks, rounds, users), since requests of one process start are not independent.
// Percentile bootstrap (Efron 1979) with tails widened for few units, so that it keeps its coverage
// (the expanded percentile interval of Hesterberg 2015, The American Statistician 69:371).
import {normalCdf, studentQuantile} from "./distributions.ts";

export const RESAMPLES = 2_000;
/** Fewer units conclude nothing, though their interval is shown: resampling cannot show what was never seen. */
export const UNITS_MIN = 6;
/** Below two units there is no spread to resample. */
const INTERVAL_UNITS_MIN = 2;

/** 95 % interval of a statistic of `units` units. `statistic` gets how often each unit was drawn (length
 *  `units`). Null below two units, or where some resample has no finite value. */
export function bootstrapInterval(
  units: number,
  statistic: (drawn: Uint32Array) => number,
  random: () => number,
  {resamples = RESAMPLES, alpha = 0.05} = {},
): {low: number; high: number} | null {
  if (units < INTERVAL_UNITS_MIN) return null;
  const values = new Float64Array(resamples);
  const drawn = new Uint32Array(units);
  for (let resample = 0; resample < resamples; resample++) {
    drawn.fill(0);
    for (let draw = 0; draw < units; draw++) {
      const unit = Math.floor(random() * units);
      drawn[unit] = (drawn[unit] ?? 0) + 1;
    }
    const value = statistic(drawn);
    if (!Number.isFinite(value)) return null;
    values[resample] = value;
  }
  values.sort();
  const tail = normalCdf(Math.sqrt(units / (units - 1)) * studentQuantile(alpha / 2, units - 1));
  const low = Math.floor(tail * (resamples - 1));
  return {low: values[low] as number, high: values[resamples - 1 - low] as number};
}
