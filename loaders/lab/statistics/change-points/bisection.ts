// Hierarchical bisection with a permutation test (Matteson & James 2014, JASA 109:334, section 4): split the
// segment that splits best, ask whether chance would split any segment as well, and go on until it would.
// Which split is best is the detector's own question; this is the part they share.
import {permutation} from "../random.ts";

export interface Split {
  /** First observation of the right part, 0-based in the series. */
  at: number;
  /** Comparable between segments of any length: larger is a clearer split. */
  strength: number;
}

export interface ChangePoint extends Split {
  /** Share of permutations that split as well, the series itself counted among them. */
  p: number;
}

/** Best split of observations `order[first…end)`; null where the segment is too short to split. */
export type Splitter = (order: Uint32Array, first: number, end: number) => Split | null;

export interface Significance {
  /** A split is kept when its p is at most this. */
  level: number;
  permutations: number;
}

export const USUAL: Significance = {level: 0.05, permutations: 199};

function strongest(bounds: readonly number[], order: Uint32Array, split: Splitter): Split | null {
  let best: Split | null = null;
  for (let segment = 0; segment + 1 < bounds.length; segment++) {
    const found = split(order, bounds[segment] as number, bounds[segment + 1] as number);
    if (found !== null && (best === null || found.strength > best.strength)) best = found;
  }
  return best;
}

/** The order with each segment's observations in random order. */
function shuffled(bounds: readonly number[], n: number, random: () => number): Uint32Array {
  const order = new Uint32Array(n);
  for (let segment = 0; segment + 1 < bounds.length; segment++) {
    const first = bounds[segment] as number;
    const drawn = permutation((bounds[segment + 1] as number) - first, random);
    drawn.forEach((place, index) => {
      order[first + index] = first + place;
    });
  }
  return order;
}

/** Change points of a series of `n` observations, ascending. Stops permuting as soon as a split can no longer
 *  be significant, which changes no decision. */
export function bisection(
  n: number,
  split: Splitter,
  {level, permutations}: Significance,
  random: () => number,
): ChangePoint[] {
  if (!(level > 0 && level < 1) || 1 / (permutations + 1) > level)
    throw new RangeError(
      `${permutations} permutations cannot reach a level of ${level}; use at least ${Math.ceil(1 / level) - 1}`,
    );
  const bounds = [0, n];
  const found: ChangePoint[] = [];
  const asGiven = Uint32Array.from({length: n}, (_, index) => index);
  const allowed = Math.floor(level * (permutations + 1) + 1e-9) - 1;
  for (;;) {
    const candidate = strongest(bounds, asGiven, split);
    if (candidate === null) break;
    let asGood = 0;
    for (let draw = 0; draw < permutations && asGood <= allowed; draw++) {
      const chance = strongest(bounds, shuffled(bounds, n, random), split);
      if (chance !== null && chance.strength >= candidate.strength) asGood++;
    }
    if (asGood > allowed) break;
    found.push({...candidate, p: (asGood + 1) / (permutations + 1)});
    bounds.push(candidate.at);
    bounds.sort((a, b) => a - b);
  }
  return found.sort((a, b) => a.at - b.at);
}
