// Seeded binary segmentation on ranks: the second detector, robust where the first is not. Of each of many
// nested intervals (Kovács, Bühlmann, Li & Munk 2023, Biometrika 110:249, after the wild ones of Fryzlewicz 2014,
// Annals of Statistics 42:2243) it takes the best shift by Pettitt's rank statistic (1979, Applied Statistics
// 28:126), standardised as Mann & Whitney's. A single wild value moves a rank by little, however wild it is.
import {bisection, type ChangePoint, type Significance, type Split, USUAL} from "./bisection.ts";

export interface RankOptions extends Significance {
  /** Least observations between two change points. */
  minSize: number;
}

export const RANK_SEGMENTATION: RankOptions = {...USUAL, minSize: 5};

/** Each layer of intervals is this much shorter than the one above it. */
const DECAY = Math.SQRT1_2;
/** Products of roots miss their whole numbers by less than this. */
const SLACK = 1e-9;

/** Intervals [first, end) of a segment of `length`, all of it first, in layers that overlap by half. */
export function seededIntervals(length: number, shortest: number): [number, number][] {
  const intervals: [number, number][] = [];
  let last = 0;
  for (let width = length; width >= shortest - SLACK; width *= DECAY) {
    const size = Math.ceil(width - SLACK);
    if (size === last) continue;
    last = size;
    const count = Math.max(1, 2 * Math.ceil(length / size) - 1);
    for (let index = 0; index < count; index++) {
      const first = count === 1 ? 0 : Math.floor((index * (length - size)) / (count - 1));
      intervals.push([first, first + size]);
    }
  }
  return intervals;
}

/** Values replaced by their place among the distinct ones: 0, 1, 2, … */
function denseRanks(values: ArrayLike<number>): Uint32Array {
  const sorted = Float64Array.from(new Set(Array.from(values))).sort();
  const place = new Map(Array.from(sorted, (value, index) => [value, index]));
  return Uint32Array.from(values, (value) => place.get(value) as number);
}

/** Pettitt's U after each observation, U[t − 1] = Σ sign(x_i − x_j) over i < t ≤ j, and Σ (g³ − g) over groups of
 *  g equal values. `ranks` need order only, not be dense; all below 2³² / their number. */
export function rankSums(ranks: Uint32Array): {u: Float64Array; ties: number} {
  const n = ranks.length;
  // One number per observation that sorts by rank and remembers its place: typed arrays sort without a callback.
  const keys = Float64Array.from(ranks, (rank, place) => rank * n + place).sort();
  const u = new Float64Array(n);
  let ties = 0;
  for (let start = 0; start < n; ) {
    const rank = Math.floor((keys[start] as number) / n);
    let stop = start + 1;
    while (stop < n && Math.floor((keys[stop] as number) / n) === rank) stop++;
    const group = stop - start;
    ties += group ** 3 - group;
    // Twice the midrank, less n + 1: what the value adds to U.
    for (let at = start; at < stop; at++) u[(keys[at] as number) - rank * n] = start + stop - n;
    start = stop;
  }
  for (let at = 1; at < n; at++) u[at] = (u[at] as number) + (u[at - 1] as number);
  return {u, ties};
}

function splitter(ranks: Uint32Array, minSize: number) {
  const intervalsOf = new Map<number, [number, number][]>();
  return (order: Uint32Array, first: number, end: number): Split | null => {
    const length = end - first;
    const intervals = intervalsOf.get(length) ?? seededIntervals(length, 2 * minSize);
    intervalsOf.set(length, intervals);
    const own = order.subarray(first, end).map((place) => ranks[place] as number);
    let best: Split | null = null;
    for (const [from, to] of intervals) {
      const n = to - from;
      const {u, ties} = rankSums(own.subarray(from, to));
      // Variance of U given the ties (Lehmann 1975, 1.2): t (n − t) / 3 · (n + 1 − ties / (n (n − 1))).
      const scale = (n + 1 - ties / (n * (n - 1))) / 3;
      if (scale <= 0) continue; // all values equal
      for (let t = minSize; t <= n - minSize; t++) {
        const strength = Math.abs(u[t - 1] as number) / Math.sqrt(t * (n - t) * scale);
        if (best === null || strength > best.strength) best = {at: first + from + t, strength};
      }
    }
    return best;
  };
}

/** Change points of a series in level, ascending. */
export function rankSegmentation(
  values: ArrayLike<number>,
  random: () => number,
  options: Partial<RankOptions> = {},
): ChangePoint[] {
  const {minSize, ...significance} = {...RANK_SEGMENTATION, ...options};
  if (!(Number.isInteger(minSize) && minSize >= 1))
    throw new RangeError(`a segment of ${minSize} has no rank to sum; use at least 1`);
  return bisection(values.length, splitter(denseRanks(values), minSize), significance, random);
}
