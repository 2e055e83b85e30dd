// Matrix factorisation for implicit feedback by alternating least squares (Hu, Koren & Volinsky 2008, ICDM):
// preference 1 for liked films with confidence 1 + alpha, 0 for all others with confidence 1.
import type {Likes} from "./baselines.ts";
import type {Method, Scores} from "./method.ts";
import {LIKED_STARS} from "./split.ts";

/** Best of 36 settings on the split inside the past (see baselines.ts). */
export const ALS = {factors: 16, iterations: 10, alpha: 1, lambda: 50};

/** Solves A x = b for symmetric positive definite A (n × n, row-major) by Cholesky; overwrites both. */
export function solve(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const at = (row: number, column: number) => a[row * n + column] as number;
  for (let column = 0; column < n; column++) {
    for (let row = column; row < n; row++) {
      let sum = at(row, column);
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      if (row === column) {
        if (!(sum > 0)) throw new RangeError("the matrix is not positive definite; raise lambda");
        a[row * n + column] = Math.sqrt(sum);
      } else a[row * n + column] = sum / at(column, column);
    }
  }
  for (let row = 0; row < n; row++) {
    let sum = b[row] as number;
    for (let k = 0; k < row; k++) sum -= at(row, k) * (b[k] as number);
    b[row] = sum / at(row, row);
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = b[row] as number;
    for (let k = row + 1; k < n; k++) sum -= at(k, row) * (b[k] as number);
    b[row] = sum / at(row, row);
  }
  return b;
}

type Factors = Map<number, Float64Array>;

function gram(factors: Factors, f: number): Float64Array {
  const sum = new Float64Array(f * f);
  for (const x of factors.values())
    for (let i = 0; i < f; i++)
      for (let j = 0; j < f; j++)
        sum[i * f + j] = (sum[i * f + j] as number) + (x[i] as number) * (x[j] as number);
  return sum;
}

export function als(likes: Likes, random: () => number, settings = ALS): Method {
  const {factors: f, iterations, alpha, lambda} = settings;
  const fresh = () => Float64Array.from({length: f}, () => (random() - 0.5) * 0.1);
  const users: Factors = new Map([...likes.byUser.keys()].map((user) => [user, fresh()]));
  const movies: Factors = new Map([...likes.byMovie.keys()].map((movie) => [movie, fresh()]));

  /** The factor that fits the liked ones best, given the others' Gram matrix. */
  const fit = (liked: readonly number[], others: Factors, shared: Float64Array) => {
    const a = shared.slice();
    const b = new Float64Array(f);
    for (let i = 0; i < f; i++) a[i * f + i] = (a[i * f + i] as number) + lambda;
    for (const one of liked) {
      const x = others.get(one);
      if (x === undefined) continue;
      for (let i = 0; i < f; i++) {
        b[i] = (b[i] as number) + (1 + alpha) * (x[i] as number);
        for (let j = 0; j < f; j++)
          a[i * f + j] = (a[i * f + j] as number) + alpha * (x[i] as number) * (x[j] as number);
      }
    }
    return solve(a, b);
  };

  for (let iteration = 0; iteration < iterations; iteration++) {
    const ofMovies = gram(movies, f);
    for (const [user, liked] of likes.byUser) users.set(user, fit(liked, movies, ofMovies));
    const ofUsers = gram(users, f);
    for (const [movie, likedBy] of likes.byMovie) movies.set(movie, fit(likedBy, users, ofUsers));
  }
  const shared = gram(movies, f);
  return {
    name: "ALS",
    configuration: {...settings},
    score(given) {
      const liked = given.filter(({stars}) => stars >= LIKED_STARS).map(({movie}) => movie);
      const person = fit(liked, movies, shared);
      const scores: Scores = new Map();
      for (const [movie, x] of movies) {
        let sum = 0;
        for (let i = 0; i < f; i++) sum += (x[i] as number) * (person[i] as number);
        scores.set(movie, sum);
      }
      return scores;
    },
  };
}
