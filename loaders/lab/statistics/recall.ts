// recall@k: the share of the true k nearest neighbours that an answer holds (Aumüller, Bernhardsson & Faithfull
// 2020, "ANN-Benchmarks"): what lies no further than the k-th true neighbour counts, so that ties are no miss.

/** Cosines that differ by less are ties: f32 sums in another order differ by this much. */
export const TIE = 1e-6;

/** Unit vectors: n × dimension, row-major. */
export interface Rows {
  values: Float32Array;
  dimension: number;
}

export const rowOf = ({values, dimension}: Rows, row: number) =>
  values.subarray(row * dimension, (row + 1) * dimension);

/** Inner product in double precision; four sums, so that it is not slow. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    s += (a[i] as number) * (b[i] as number);
    t += (a[i + 1] as number) * (b[i + 1] as number);
    u += (a[i + 2] as number) * (b[i + 2] as number);
    v += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (let i = whole; i < a.length; i++) s += (a[i] as number) * (b[i] as number);
  return s + t + u + v;
}

/** Cosine of each query to its k-th nearest vector, by comparing it with all. Throws when there are fewer than k. */
export function kthSimilarity(base: Rows, queries: Rows, k: number): Float64Array {
  const count = base.values.length / base.dimension;
  if (count < k) throw new RangeError(`${count} vectors have no ${k}-th nearest; ask for fewer`);
  return Float64Array.from({length: queries.values.length / queries.dimension}, (_, at) => {
    const query = rowOf(queries, at);
    const best = new Float64Array(k).fill(Number.NEGATIVE_INFINITY); // ascending
    for (let row = 0; row < count; row++) {
      const similarity = dot(query, rowOf(base, row));
      if (similarity <= (best[0] as number)) continue;
      let place = 0;
      while (place + 1 < k && (best[place + 1] as number) < similarity) {
        best[place] = best[place + 1] as number;
        place++;
      }
      best[place] = similarity;
    }
    return best[0] as number;
  });
}

/** Share found, of one query: distinct answers at least as near as the k-th true neighbour, over k. */
export function recallAtK(
  base: Rows,
  query: Float32Array,
  answers: Uint32Array,
  kth: number,
  k: number,
): number {
  const distinct = new Set(answers.subarray(0, k));
  let found = 0;
  for (const row of distinct)
    if ((row + 1) * base.dimension <= base.values.length && dot(query, rowOf(base, row)) >= kth - TIE)
      found++;
  return Math.min(found, k) / k;
}
