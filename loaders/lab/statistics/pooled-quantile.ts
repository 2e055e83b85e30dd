// The median of blocks pooled with multiplicities: what a bootstrap over blocks asks ten thousand times.

/** Distance between two checkpoints in the sorted values. */
const STEP = 512;

/** Prepares the pooled median of `values`, value i belonging to unit `unitOf[i]` of `units`. The result gets
 *  how often each unit is drawn and gives the median (mean of the middle two where even) without sorting
 *  again: O(units · log n + STEP) per call. NaN where nothing is drawn. */
export function pooledMedian(
  values: Float64Array,
  unitOf: Uint32Array,
  units: number,
): (drawn: Uint32Array) => number {
  const order = Uint32Array.from(values, (_, index) => index).sort(
    (left, right) => (values[left] ?? 0) - (values[right] ?? 0),
  );
  const sorted = Float64Array.from(order, (index) => values[index] ?? 0);
  const owner = Uint32Array.from(order, (index) => unitOf[index] ?? 0);
  const checkpoints = Math.floor(values.length / STEP) + 1;
  // below[c · units + u]: values of unit u among the first c · STEP.
  const below = new Uint32Array((checkpoints + 1) * units);
  const running = new Uint32Array(units);
  for (let index = 0; index < owner.length; index++) {
    if (index % STEP === 0) below.set(running, (index / STEP) * units);
    const unit = owner[index] ?? 0;
    running[unit] = (running[unit] ?? 0) + 1;
  }

  function drawnBelow(counts: Uint32Array, offset: number, drawn: Uint32Array): number {
    let sum = 0;
    for (let unit = 0; unit < units; unit++) sum += (drawn[unit] ?? 0) * (counts[offset + unit] ?? 0);
    return sum;
  }

  function nth(rank: number, drawn: Uint32Array): number {
    let [low, high] = [0, Math.ceil(values.length / STEP) - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (drawnBelow(below, middle * units, drawn) < rank) low = middle;
      else high = middle - 1;
    }
    let seen = drawnBelow(below, low * units, drawn);
    for (let index = low * STEP; index < sorted.length; index++) {
      seen += drawn[owner[index] ?? 0] ?? 0;
      if (seen >= rank) return sorted[index] ?? Number.NaN;
    }
    return Number.NaN;
  }

  return (drawn) => {
    const total = drawnBelow(running, 0, drawn);
    if (total === 0) return Number.NaN;
    const lower = nth(Math.floor((total + 1) / 2), drawn);
    return total % 2 === 1 ? lower : (lower + nth(total / 2 + 1, drawn)) / 2;
  };
}
