import assert from "node:assert/strict";
import {test} from "node:test";
import {bootstrapInterval} from "./bootstrap.ts";
import {stream} from "./random.ts";

const weightedMean = (values: readonly number[]) => (drawn: Uint32Array) =>
  values.reduce((sum, value, index) => sum + value * (drawn[index] ?? 0), 0) / values.length;

test("the interval of the mouse data's mean agrees with the published t interval", () => {
  // Efron & Tibshirani 1993, table 2.1, treatment group (mean 86.86, s.e. 25.24): the expanded percentile
  // interval aims at x̄ ± t·s/√n = 86.86 ± 2.447·25.24 = (25.1, 148.6), within bootstrap skew.
  const mice = [94, 197, 16, 38, 99, 141, 23];
  const interval = bootstrapInterval(7, weightedMean(mice), stream(1, "mice"));
  assert.ok(interval !== null);
  assert.ok(Math.abs(interval.low - 25.1) < 8, `${interval.low}`);
  assert.ok(Math.abs(interval.high - 148.6) < 12, `${interval.high}`);
});

test("the interval covers the true mean in about 95 % of samples of six and of twelve", () => {
  const random = stream(2, "coverage");
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  for (const units of [6, 12]) {
    let covered = 0;
    for (let trial = 0; trial < 800; trial++) {
      const sample = Array.from({length: units}, normal);
      const interval = bootstrapInterval(units, weightedMean(sample), random, {resamples: 1_000});
      if (interval !== null && interval.low <= 0 && interval.high >= 0) covered++;
    }
    assert.ok(covered / 800 > 0.92, `${units} units: ${covered / 800}`);
  }
});

test("the same stream gives the same interval", () => {
  const once = () => bootstrapInterval(4, weightedMean([1, 2, 3, 4]), stream(5, "same"));
  assert.deepEqual(once(), once());
});

test("one unit has no interval", () => {
  assert.equal(bootstrapInterval(1, weightedMean([4]), stream(5, "one")), null);
});

test("a statistic without a value in some resample has no interval", () => {
  assert.equal(
    bootstrapInterval(3, (drawn) => 1 / Math.min(drawn[0] ?? 0, 1), stream(5, "holes")),
    null,
  );
});
