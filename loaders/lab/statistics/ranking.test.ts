import assert from "node:assert/strict";
import {test} from "node:test";
import {hitAtK, ndcgAtK} from "./ranking.ts";

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-4, `${actual}`);

test("nDCG of a list that finds its items at ranks 1 and 3 is 1.5 over 1.6309", () => {
  close(ndcgAtK([7, 8, 9], new Set([7, 9]), 3), 1.5 / 1.63093);
});

test("nDCG with binary gains agrees with scikit-learn's ndcg_score for y_true 0 1 0 1 1 in the order 5 4 3 2 1", () => {
  // ranks of the relevant items: 1 (item 4), 2 (item 3), 4 (item 1); discounts 1, .63093, .43068 over 1, .63093, .5
  close(ndcgAtK([4, 3, 2, 1, 0], new Set([1, 3, 4]), 5), (1 + 0.63093 + 0.43068) / (1 + 0.63093 + 0.5));
});

test("the best list has an nDCG of one, also with fewer relevant items than k", () => {
  assert.equal(ndcgAtK([3, 1, 2], new Set([3]), 10), 1);
});

test("only the first k count", () => {
  assert.equal(ndcgAtK([1, 2, 3], new Set([3]), 2), 0);
  assert.equal(hitAtK([1, 2, 3], new Set([3]), 2), 0);
  assert.equal(hitAtK([1, 2, 3], new Set([3]), 3), 1);
});

test("with nothing relevant there is no value", () => {
  assert.throws(() => ndcgAtK([1], new Set(), 10), RangeError);
});
