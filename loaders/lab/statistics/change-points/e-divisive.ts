// E-divisive (Matteson & James 2014, JASA 109:334): change points where the distribution changes in any way,
// by the energy distance between what lies left and right. Assumes nothing but a finite mean.
import {bisection, type ChangePoint, type Significance, type Split, USUAL} from "./bisection.ts";

export interface EDivisiveOptions extends Significance {
  /** Exponent of the distance, 0 < alpha < 2; 1 as in the paper. */
  alpha: number;
  /** Least observations between two change points, at least 2. */
  minSize: number;
}

export const E_DIVISIVE: EDivisiveOptions = {...USUAL, alpha: 1, minSize: 30};

/** Distance of two observations: Euclidean over columns, to the power alpha. */
type Distance = (a: number, b: number) => number;

/** Distances between the observations of `columns`, which hold them in the order they are taken. */
function distanceIn(columns: readonly Float64Array[], alpha: number): Distance {
  const [only] = columns;
  if (columns.length === 1 && only !== undefined && alpha === 1)
    return (a, b) => Math.abs((only[a] as number) - (only[b] as number));
  return (a, b) => {
    let sum = 0;
    for (const column of columns) sum += ((column[a] as number) - (column[b] as number)) ** 2;
    return sum ** (alpha / 2);
  };
}

/** The scaled energy distance of eq. 7: `left`, `right` and `between` are sums of distances over pairs. */
export function divergence(left: number, right: number, between: number, n: number, m: number): number {
  const energy = (2 * between) / (n * m) - (2 * left) / (n * (n - 1)) - (2 * right) / (m * (m - 1));
  return ((n * m) / (n + m)) * energy;
}

/** Best (tau, kappa) of a segment, eq. 8: the left part is [first, tau), the right one [tau, kappa). One pass over
 *  kappa, O(length²) in time and O(length) in memory. */
function splitter(columns: readonly ArrayLike<number>[], alpha: number, minSize: number) {
  return (order: Uint32Array, first: number, end: number): Split | null => {
    const length = end - first;
    if (length < 2 * minSize) return null;
    const own = columns.map((column) =>
      Float64Array.from(order.subarray(first, end), (place) => column[place] as number),
    );
    const distance = distanceIn(own, alpha);
    const within = new Float64Array(length + 1); // within[t]: over pairs among the first t
    const upTo = new Float64Array(length + 1); // upTo[t]: between the first t and all so far
    let best = {at: 0, strength: Number.NEGATIVE_INFINITY};
    for (let kappa = 1; kappa <= length; kappa++) {
      let row = 0; // from the newest observation to the first t
      for (let t = 1; t < kappa; t++) {
        row += distance(kappa - 1, t - 1);
        upTo[t] = (upTo[t] as number) + row;
      }
      const all = (within[kappa - 1] as number) + row;
      within[kappa] = all;
      upTo[kappa] = 2 * all;
      for (let tau = minSize; tau <= kappa - minSize; tau++) {
        const left = within[tau] as number;
        const between = (upTo[tau] as number) - 2 * left;
        const strength = divergence(left, all - left - between, between, tau, kappa - tau);
        if (strength > best.strength) best = {at: first + tau, strength};
      }
    }
    return best;
  };
}

/** Change points of a series of one or more columns of equal length, ascending. */
export function eDivisive(
  columns: readonly ArrayLike<number>[],
  random: () => number,
  options: Partial<EDivisiveOptions> = {},
): ChangePoint[] {
  const {alpha, minSize, ...significance} = {...E_DIVISIVE, ...options};
  if (!(alpha > 0 && alpha < 2)) throw new RangeError(`alpha ${alpha} is not inside (0, 2); use 1`);
  if (!(Number.isInteger(minSize) && minSize >= 2))
    throw new RangeError(`a segment of ${minSize} has no pair to measure; use at least 2`);
  const n = columns[0]?.length ?? 0;
  return bisection(n, splitter(columns, alpha, minSize), significance, random);
}
