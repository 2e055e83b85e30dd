import assert from "node:assert/strict";
import {test} from "node:test";
import {quantileRanks, sampleSizeFor} from "./order-statistic.ts";
import {stream} from "./random.ts";

test("the sample-size rule gives the sizes that tasks.md declares", () => {
  // tasks.md, common rules; p95 → 59 is the classic Wilks number (95 %/95 %).
  assert.deepEqual(
    [0.95, 0.99, 0.999, 0.9999].map((q) => sampleSizeFor(q)),
    [59, 299, 2_995, 29_956],
  );
});

test("a two-sided interval for the median needs six values", () => {
  assert.equal(sampleSizeFor(0.5), 6); // 2·(1/2)^5 > 5 % ≥ 2·(1/2)^6
});

test("the median's interval agrees with the printed ranks", () => {
  // Conover 1999, table A3 / Hollander & Wolfe: 95 % interval of the median, n = 10 → ranks 2 and 9
  // (97.9 %), n = 20 → 6 and 15 (95.9 %), n = 25 → 8 and 18 (95.7 %).
  assert.deepEqual(quantileRanks(0.5, 10), {rank: 5, low: 2, high: 9});
  assert.deepEqual(quantileRanks(0.5, 20), {rank: 10, low: 6, high: 15});
  assert.deepEqual(quantileRanks(0.5, 25), {rank: 13, low: 8, high: 18});
});

test("at the rule's size the upper end is the largest value, and below it there is none", () => {
  assert.equal(quantileRanks(0.99, 299).high, 299);
  assert.notEqual(quantileRanks(0.99, 299).low, null);
  assert.equal(quantileRanks(0.99, 298).high, null);
});

test("the rank is exact where q·n is an integer but for rounding", () => {
  assert.equal(quantileRanks(0.999, 3_000).rank, 2_997);
  assert.equal(quantileRanks(0.07, 100).rank, 7); // 0.07 · 100 = 7.000000000000001
});

test("the interval covers the true quantile in at least 95 % of samples", () => {
  const random = stream(11, "coverage");
  for (const [q, n] of [
    [0.5, 40],
    [0.99, 299],
    [0.99, 700],
  ] as const) {
    const {low, high} = quantileRanks(q, n);
    let covered = 0;
    for (let trial = 0; trial < 4_000; trial++) {
      const sample = Float64Array.from({length: n}, random).sort();
      if ((sample[(low ?? 0) - 1] ?? 1) <= q && (sample[(high ?? 0) - 1] ?? 0) >= q) covered++;
    }
    assert.ok(covered / 4_000 > 0.94, `p${q * 100} of ${n}: ${covered / 4_000}`);
  }
});
