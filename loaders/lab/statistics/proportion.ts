// A share of successes with its exact interval.
import {inverseIncompleteBeta} from "./special.ts";

/** Exact 1-alpha interval of a proportion: `successes` of `n`. Clopper & Pearson, Biometrika 26(4), 1934. */
export function clopperPearson(successes: number, n: number, alpha = 0.05): {low: number; high: number} {
  if (!(n > 0 && successes >= 0 && successes <= n))
    throw new RangeError(`${successes} successes of ${n}: successes must be within 0…n and n above 0`);
  return {
    low: successes === 0 ? 0 : inverseIncompleteBeta(alpha / 2, successes, n - successes + 1),
    high: successes === n ? 1 : inverseIncompleteBeta(1 - alpha / 2, successes + 1, n - successes),
  };
}
