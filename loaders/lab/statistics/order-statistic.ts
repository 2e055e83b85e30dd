// Percentiles without a distribution: the value is an order statistic, its interval is between two others.
import {binomialCdf} from "./distributions.ts";

/** Share of intervals that may miss. */
const ALPHA = 0.05;
/** Keeps ceil(q·n) exact where q·n is an integer but for rounding; the SQL face subtracts the same. */
export const RANK_SLACK = 1e-9;

export interface Ranks {
  /** 1-based rank of the quantile itself. */
  rank: number;
  /** 1-based ranks of the 95 % interval's ends; null where the sample is too small to have that end. */
  low: number | null;
  high: number | null;
}

/** Smallest n whose extremes enclose the q-quantile with 1 − alpha confidence, for 95 %: p99 → 299, p99.9 → 2,995,
 *  p99.99 → 29,956. Wilks, Ann. Math. Statist. 12(1), 1941. */
export function sampleSizeFor(q: number, alpha = ALPHA): number {
  if (!(q > 0 && q < 1)) throw new RangeError(`quantile ${q} is outside (0, 1); p99 is 0.99`);
  let n = Math.ceil(Math.log(alpha) / Math.log(Math.max(q, 1 - q)));
  while (q ** n + (1 - q) ** n > alpha) n++;
  return n;
}

/** Rank of the q-quantile in a sorted sample of n, and of its 1 − alpha interval. The interval's ends miss half
 *  of alpha each; where the sample is too small for that on one side, its extreme is that end and the other side
 *  gets what is left of alpha. Conover, Practical Nonparametric Statistics, 3rd ed. 1999, section 3.2. */
export function quantileRanks(q: number, n: number, alpha = ALPHA): Ranks {
  const needed = sampleSizeFor(q, alpha);
  const rank = Math.min(n, Math.max(1, Math.ceil(q * n - RANK_SLACK)));
  // The lower end misses when fewer than `low` values lie below the quantile, the upper when `high` or more do.
  const lowFor = (miss: number) => lastRank((r) => binomialCdf(r - 1, n, q) <= miss, n);
  const highFor = (miss: number) => n + 1 - lastRank((r) => 1 - binomialCdf(n - r, n, q) <= miss, n);
  if (n < needed) {
    const [low, high] = [lowFor(alpha / 2), highFor(alpha / 2)];
    return {rank, low: low >= 1 ? low : null, high: high <= n ? high : null};
  }
  const extremeHigh = q ** n;
  const extremeLow = (1 - q) ** n;
  if (extremeHigh > alpha / 2) return {rank, low: lowFor(alpha - extremeHigh), high: n};
  if (extremeLow > alpha / 2) return {rank, low: 1, high: highFor(alpha - extremeLow)};
  return {rank, low: lowFor(alpha / 2), high: highFor(alpha / 2)};
}

/** Largest r in 1…n for which `holds` (true up to some r, false after it); 0 when it never holds. */
function lastRank(holds: (r: number) => boolean, n: number): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
