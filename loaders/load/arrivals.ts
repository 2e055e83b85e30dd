// When requests are due: schedules made before the run, so that a slow system cannot slow its own load.

/** n intended starts of a Poisson process, ns from the block's start, increasing. */
export function poisson(ratePerSecond: number, n: number, random: () => number): Float64Array {
  const starts = new Float64Array(n);
  let at = 0;
  for (let index = 0; index < n; index++) {
    at += (-Math.log(1 - random()) / ratePerSecond) * 1e9;
    starts[index] = Math.round(at);
  }
  return starts;
}

/** n intended starts, evenly spaced, ns. */
export function constant(ratePerSecond: number, n: number): Float64Array {
  return Float64Array.from({length: n}, (_, index) => Math.round((index / ratePerSecond) * 1e9));
}
