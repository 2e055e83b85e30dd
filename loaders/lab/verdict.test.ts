import assert from "node:assert/strict";
import {test} from "node:test";
import type {Estimate} from "./estimate.ts";
import {EXIT_CODES, experimentVerdict, floorVerdict} from "./verdict.ts";

function estimate(
  low: number | null,
  value: number,
  high: number | null,
  more: Partial<Estimate> = {},
): Estimate {
  return {value, low, high, n: 100, units: 10, enough: true, needs: null, method: "made up", ...more};
}

test("a floor is met when the whole interval is on the right side", () => {
  assert.deepEqual(floorVerdict(estimate(40, 45, 49), "<", 50), {verdict: "met", needs: null});
  assert.equal(floorVerdict(estimate(1.1, 1.5, 2), ">", 1).verdict, "met");
});

test("a floor is missed when the whole interval is on the wrong side", () => {
  assert.equal(floorVerdict(estimate(51, 60, 70), "<", 50).verdict, "missed");
  assert.equal(floorVerdict(estimate(0.7, 0.8, 0.9), ">=", 1).verdict, "missed");
});

test("an interval's end on the threshold counts only for the comparisons that include it", () => {
  assert.equal(floorVerdict(estimate(40, 45, 50), "<=", 50).verdict, "met");
  assert.equal(floorVerdict(estimate(40, 45, 50), "<", 50).verdict, "not enough evidence");
});

test("an interval across the threshold is not enough evidence and says how much more would be", () => {
  const judged = floorVerdict(estimate(40, 48, 56), "<", 50);
  assert.equal(judged.verdict, "not enough evidence");
  assert.equal(judged.needs, "about 160 units, have 10, to part 48.0 from 50"); // (8/2)² · 10
});

test("a value exactly on the threshold is told apart from a small sample", () => {
  assert.match(floorVerdict(estimate(40, 50, 56), "<", 50).needs ?? "", /exactly on it/);
});

test("a planted percentile deeper than its sample is never met and never missed", () => {
  const deep = {enough: false, needs: "2,995 requests, have 1,200"};
  for (const comparison of ["<", ">"] as const)
    assert.deepEqual(floorVerdict(estimate(1, 2, 3, deep), comparison, 50), {
      verdict: "not enough evidence",
      needs: "2,995 requests, have 1,200",
    });
});

test("an estimate without an interval concludes nothing, even where it claims to suffice", () => {
  assert.equal(floorVerdict(estimate(null, 2, null), "<", 50).verdict, "not enough evidence");
  assert.equal(floorVerdict(estimate(1, Number.NaN, 3), "<", 50).verdict, "not enough evidence");
});

test("one missed floor misses the experiment, whatever the others lack", () => {
  assert.equal(experimentVerdict(["met", "not enough evidence", "missed"]), "missed");
  assert.equal(experimentVerdict(["met", "not enough evidence"]), "not enough evidence");
  assert.equal(experimentVerdict(["met", "met"]), "met");
});

test("a void or empty run is never met, nor is an experiment without floors", () => {
  assert.equal(experimentVerdict(["met"], "void"), "not enough evidence");
  assert.equal(experimentVerdict(["met"], "empty"), "not enough evidence");
  assert.equal(experimentVerdict(["missed"], "void"), "not enough evidence");
  assert.equal(experimentVerdict([]), "not enough evidence");
});

test("exit codes are those that issue 3 declares", () => {
  assert.deepEqual(EXIT_CODES, {met: 0, missed: 1, "not enough evidence": 2, "could not run": 3});
});
