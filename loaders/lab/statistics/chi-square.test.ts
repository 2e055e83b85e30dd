import assert from "node:assert/strict";
import {test} from "node:test";
import {chiSquareFit, chiSquareUniform} from "./chi-square.ts";

test("Mendel's peas fit 9:3:3:1 with the published statistic", () => {
  // Mendel 1866; χ² = 0.470, ν = 3, p = .925 (Fisher, Ann. Sci. 1(2), 1936).
  const result = chiSquareFit([315, 101, 108, 32], [312.75, 104.25, 104.25, 34.75]);
  assert.equal(result.degrees, 3);
  assert.ok(Math.abs(result.statistic - 0.47) < 5e-4);
  assert.ok(Math.abs(result.p - 0.9254) < 5e-4);
});

test("a planted loaded die is found", () => {
  assert.ok(chiSquareUniform([100, 100, 100, 100, 100, 160]).p < 0.001);
});

test("a cell too thin for the test is refused by number", () => {
  assert.throws(() => chiSquareFit([1, 99], [2, 98]), /cell 0 is below 5/);
});
