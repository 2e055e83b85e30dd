// The two special functions behind every p-value and exact interval here: the regularised incomplete beta
// and gamma functions. simple-statistics has only tables and short approximations of them.
import {gammaln} from "simple-statistics";

const ITERATIONS_MAX = 100_000;
const TINY = 1e-300;
const CONVERGED = 1e-15;

function outside(what: string): never {
  throw new RangeError(`${what}; pass a probability or a positive parameter`);
}

/** Modified Lentz evaluation of b0 + a1/(b1 + a2/(b2 + …)). Thompson & Barnett, J. Comput. Phys. 64, 1986. */
function continuedFraction(b0: number, term: (index: number) => [a: number, b: number]): number {
  let value = b0 || TINY;
  let c = value;
  let d = 0;
  for (let index = 1; index <= ITERATIONS_MAX; index++) {
    const [a, b] = term(index);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < CONVERGED) return value;
  }
  throw new RangeError(
    `continued fraction did not converge in ${ITERATIONS_MAX} steps; parameters too large`,
  );
}

/** Regularised incomplete beta I_x(a, b), 0 ≤ x ≤ 1, a, b > 0. NIST DLMF 8.17.22. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1)) outside(`incomplete beta of x = ${x}`);
  if (!(a > 0 && b > 0)) outside(`incomplete beta with a = ${a}, b = ${b}`);
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) - gammaln(a) - gammaln(b) + gammaln(a + b) - Math.log(a),
  );
  const fraction = continuedFraction(1, (index) => {
    const m = Math.floor(index / 2);
    const d =
      index % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [d, 1];
  });
  return front / fraction;
}

/** Smallest x with I_x(a, b) ≥ p, by bisection to the last bit. */
export function inverseIncompleteBeta(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) outside(`inverse incomplete beta of p = ${p}`);
  return bisect((x) => incompleteBeta(x, a, b) >= p, 0, 1);
}

/** Upper regularised incomplete gamma Q(a, x). NIST DLMF 8.7.1 (series), 8.9.2 (continued fraction). */
export function upperIncompleteGamma(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) outside(`incomplete gamma with a = ${a}, x = ${x}`);
  if (x === 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - gammaln(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > (sum * CONVERGED) / 10; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  return front / continuedFraction(x + 1 - a, (index) => [-index * (index - a), x + 2 * index + 1 - a]);
}

/** Where `reached` turns true between low (false) and high (true), to the last bit. */
export function bisect(reached: (x: number) => boolean, low: number, high: number): number {
  let [below, above] = [low, high];
  for (;;) {
    const middle = (below + above) / 2;
    if (middle <= below || middle >= above) return above;
    if (reached(middle)) above = middle;
    else below = middle;
  }
}
