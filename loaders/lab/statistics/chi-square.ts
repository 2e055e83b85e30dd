// Chi-square tests: of counts against expectation, and of independence in a table.
import {chiSquareTail} from "./distributions.ts";

export interface ChiSquare {
  statistic: number;
  degrees: number;
  p: number;
}

/** Below this expectation per cell the chi-square approximation is poor. Cochran, Biometrics 10(4), 1954. */
export const EXPECTED_MIN = 5;

/** Goodness of fit of `observed` counts against `expected` ones. Pearson, Phil. Mag. 50(302), 1900.
 *  `fitted`: parameters estimated from the same counts. Throws where an expected count is below 5. */
export function chiSquareFit(
  observed: readonly number[],
  expected: readonly number[],
  {fitted = 0} = {},
): ChiSquare {
  if (observed.length !== expected.length)
    throw new RangeError(
      `${observed.length} observed counts against ${expected.length} expected; pass as many`,
    );
  const small = expected.findIndex((count) => !(count >= EXPECTED_MIN));
  if (small >= 0)
    throw new RangeError(
      `expected count ${expected[small]} in cell ${small} is below ${EXPECTED_MIN}; merge cells or draw more`,
    );
  const statistic = observed.reduce((sum, count, cell) => {
    const wanted = expected[cell] ?? Number.NaN;
    return sum + (count - wanted) ** 2 / wanted;
  }, 0);
  const degrees = observed.length - 1 - fitted;
  return {statistic, degrees, p: chiSquareTail(statistic, degrees)};
}

/** Goodness of fit against equal counts. */
export function chiSquareUniform(observed: readonly number[]): ChiSquare {
  const total = observed.reduce((sum, count) => sum + count, 0);
  return chiSquareFit(
    observed,
    observed.map(() => total / observed.length),
  );
}
