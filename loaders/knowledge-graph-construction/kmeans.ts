// What concepts are compared with: k-means over the same vectors, as anybody would group them.

export interface Grouping {
  /** Group of each vector. */
  groups: Uint32Array;
  iterations: number;
}

const dot = (a: Float32Array, b: Float32Array) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** Spherical k-means (Dhillon & Modha, Machine Learning 42, 2001) of unit vectors, begun by k-means++ (Arthur &
 *  Vassilvitskii, SODA 2007). Ends when nothing moves. */
export function kmeans(
  vectors: readonly Float32Array[],
  k: number,
  random: () => number,
  iterationsMax = 30,
): Grouping {
  if (k < 1 || k > vectors.length)
    throw new RangeError(`${k} groups of ${vectors.length} vectors; take 1 to all`);
  const first = Math.floor(random() * vectors.length);
  const centroids = [Float32Array.from(vectors[first] as Float32Array)];
  const nearest = Float32Array.from(vectors, (vector) => dot(vector, centroids[0] as Float32Array));
  while (centroids.length < k) {
    // Half the squared distance of unit vectors is 1 − cosine.
    const weights = Float64Array.from(nearest, (cosine) => Math.max(0, 1 - cosine));
    let left = random() * weights.reduce((a, b) => a + b, 0);
    let chosen = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    if (chosen < 0) chosen = Math.floor(random() * vectors.length);
    const centroid = Float32Array.from(vectors[chosen] as Float32Array);
    centroids.push(centroid);
    vectors.forEach((vector, i) => {
      nearest[i] = Math.max(nearest[i] as number, dot(vector, centroid));
    });
  }
  const groups = new Uint32Array(vectors.length);
  for (let iterations = 1; ; iterations++) {
    let moved = 0;
    vectors.forEach((vector, i) => {
      let best = 0;
      let most = Number.NEGATIVE_INFINITY;
      centroids.forEach((centroid, group) => {
        const cosine = dot(vector, centroid);
        if (cosine > most) [best, most] = [group, cosine];
      });
      if (groups[i] !== best) moved++;
      groups[i] = best;
    });
    if (moved === 0 || iterations === iterationsMax) return {groups, iterations};
    for (const centroid of centroids) centroid.fill(0);
    vectors.forEach((vector, i) => {
      const centroid = centroids[groups[i] as number] as Float32Array;
      for (let axis = 0; axis < vector.length; axis++)
        centroid[axis] = (centroid[axis] as number) + (vector[axis] as number);
    });
    for (const centroid of centroids) {
      const length = Math.sqrt(dot(centroid, centroid)) || 1;
      for (let axis = 0; axis < centroid.length; axis++) centroid[axis] = (centroid[axis] as number) / length;
    }
  }
}
