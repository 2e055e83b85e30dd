// Whether a probability that is told is the share in which it comes true, and a map that makes it so.

export interface Told {
  /** 0…1. */
  probability: number;
  right: boolean;
}

/** Mean distance between what was told and what came true, over `bins` of equally many: Guo et al., ICML 2017, with
 *  bins of equal mass (Nguyen & O'Connor, EMNLP 2015). 0…1; throws without anything told. */
export function calibrationError(told: readonly Told[], bins = 10): number {
  if (told.length === 0) throw new RangeError("nothing was told; an error of it has no value");
  const sorted = [...told].sort((a, b) => a.probability - b.probability || Number(a.right) - Number(b.right));
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const of = sorted.slice(
      Math.floor((bin * sorted.length) / bins),
      Math.floor(((bin + 1) * sorted.length) / bins),
    );
    const difference = of.reduce((sum, {probability, right}) => sum + probability - (right ? 1 : 0), 0);
    error += Math.abs(difference) / sorted.length;
  }
  return error;
}

/** The rising step function nearest to what came true, by pooling adjacent violators (Ayer et al., Ann. Math. Statist.
 *  26, 1955), as points to interpolate between: rising scores and what they are worth. */
export function isotonic(told: readonly Told[]): {scores: Float32Array; probabilities: Float32Array} {
  interface Pool {
    from: number;
    until: number;
    right: number;
    n: number;
  }
  const pools: Pool[] = [];
  for (const {probability, right} of [...told].sort((a, b) => a.probability - b.probability)) {
    pools.push({from: probability, until: probability, right: right ? 1 : 0, n: 1});
    for (;;) {
      const [before, last] = pools.slice(-2);
      if (before === undefined || last === undefined || before.right / before.n < last.right / last.n) break;
      pools.splice(-2, 2, {
        from: before.from,
        until: last.until,
        right: before.right + last.right,
        n: before.n + last.n,
      });
    }
  }
  const points = pools.map(({from, until, right, n}) => [(from + until) / 2, right / n] as const);
  return {
    scores: Float32Array.from(points, ([score]) => score),
    probabilities: Float32Array.from(points, ([, probability]) => probability),
  };
}
