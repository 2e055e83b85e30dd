// Distribution functions and quantiles of the few distributions the tests and intervals here need.
import {bisect, incompleteBeta, inverseIncompleteBeta, upperIncompleteGamma} from "./special.ts";

/** P(Bin(n, p) ≤ k) = I_{1-p}(n-k, k+1). NIST DLMF 8.17.5. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - Math.floor(k), Math.floor(k) + 1);
}

/** Standard normal distribution function, by erfc(x) = Q(1/2, x²). NIST DLMF 7.11.2. */
export function normalCdf(z: number): number {
  const tail = upperIncompleteGamma(0.5, (z * z) / 2) / 2;
  return z > 0 ? 1 - tail : tail;
}

/** Standard normal quantile. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normal quantile of ${p}; pass a probability inside (0, 1)`);
  return bisect((z) => normalCdf(z) >= p, -40, 40);
}

/** Student's t distribution function with `degrees` degrees of freedom. Abramowitz & Stegun 26.7.1. */
export function studentCdf(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** Student's t quantile. */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`t quantile of ${p}; pass a probability inside (0, 1)`);
  if (p === 0.5) return 0;
  const x = inverseIncompleteBeta(2 * Math.min(p, 1 - p), degrees / 2, 0.5);
  const t = Math.sqrt(degrees * (1 / x - 1));
  return p > 0.5 ? t : -t;
}

/** P(χ² ≥ x) with `degrees` degrees of freedom. */
export function chiSquareTail(x: number, degrees: number): number {
  return upperIncompleteGamma(degrees / 2, Math.max(0, x) / 2);
}
