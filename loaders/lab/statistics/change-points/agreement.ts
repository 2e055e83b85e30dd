// How well change points agree with people's, where several annotators disagree among themselves: F1 with a
// margin, and covering (van den Burg & Williams 2020, arXiv 2003.06222, section 4). And whether two detectors agree.

/** Observations within which two change points count as the same one (van den Burg & Williams 2020). */
export const MARGIN = 5;

/** How many of `truth` have a prediction of their own within the margin; none serves two. */
function matched(truth: readonly number[], predictions: readonly number[], margin: number): number {
  const free = new Set(predictions);
  let found = 0;
  for (const at of truth) {
    const near = [...free].filter((other) => Math.abs(other - at) <= margin);
    if (near.length === 0) continue;
    free.delete(near.reduce((a, b) => (Math.abs(b - at) < Math.abs(a - at) ? b : a)));
    found++;
  }
  return found;
}

const withStart = (points: readonly number[]) => [...new Set([0, ...points])].sort((a, b) => a - b);

/** F1 of predictions against all annotators: precision against the union, recall averaged over annotators; the
 *  start of the series counts as found by all. 0…1. */
export function f1(
  annotations: readonly (readonly number[])[],
  predictions: readonly number[],
  margin = MARGIN,
): number {
  const predicted = withStart(predictions);
  const precision = matched(withStart(annotations.flat()), predicted, margin) / predicted.length;
  const recalls = annotations.map(
    (own) => matched(withStart(own), predicted, margin) / withStart(own).length,
  );
  const recall = recalls.reduce((sum, value) => sum + value, 0) / recalls.length;
  return (2 * precision * recall) / (precision + recall);
}

type Segment = readonly [first: number, end: number];

function segments(points: readonly number[], n: number): Segment[] {
  const bounds = [...withStart(points), n];
  return bounds.slice(1).map((end, index) => [bounds[index] as number, end] as const);
}

function jaccard([a, b]: Segment, [c, d]: Segment): number {
  const shared = Math.max(0, Math.min(b, d) - Math.max(a, c));
  return shared / (b - a + (d - c) - shared);
}

/** Mean over annotators of how well the predicted segments cover theirs, weighted by length. 0…1. */
export function covering(
  annotations: readonly (readonly number[])[],
  predictions: readonly number[],
  n: number,
): number {
  const predicted = segments(predictions, n);
  const covers = annotations.map((own) =>
    segments(own, n).reduce(
      (sum, segment) =>
        sum +
        ((segment[1] - segment[0]) / n) * Math.max(...predicted.map((other) => jaccard(segment, other))),
      0,
    ),
  );
  return covers.reduce((sum, value) => sum + value, 0) / covers.length;
}

/** Change points of `first` that `second` also found within the margin. */
export function agreed<Point extends {at: number}>(
  first: readonly Point[],
  second: readonly {at: number}[],
  margin = MARGIN,
): Point[] {
  return first.filter(({at}) => second.some((other) => Math.abs(other.at - at) <= margin));
}
