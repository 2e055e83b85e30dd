import assert from "node:assert/strict";
import {test} from "node:test";
import {dot, kthSimilarity, recallAtK} from "./recall.ts";

const angle = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const base = {values: Float32Array.from([10, 20, 30, 40, -20].flatMap(angle)), dimension: 2};
const queries = {values: Float32Array.from(angle(0)), dimension: 2};
const kth = kthSimilarity(base, queries, 3)[0] as number;
const recall = (answers: number[]) => recallAtK(base, queries.values, Uint32Array.from(answers), kth, 3);

test("the k-th similarity is that of the third nearest of five angles", () => {
  assert.ok(Math.abs(kth - Math.cos((20 * Math.PI) / 180)) < 1e-6);
});

test("the nearest three in any order are a recall of one, and a tie at the k-th place is no miss", () => {
  assert.equal(recall([4, 0, 1]), 1);
});

test("wrong, repeated and impossible neighbours are misses", () => {
  assert.equal(recall([0, 2, 3]), 1 / 3);
  assert.equal(recall([0, 0, 0]), 1 / 3);
  assert.equal(recall([99, 0, 1]), 2 / 3);
});

test("an inner product takes in every value, also where the width is no multiple of four", () => {
  assert.equal(dot(Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(1, 1, 1, 1, 1, 1)), 21);
});

test("fewer vectors than k are refused", () => {
  assert.throws(() => kthSimilarity(base, queries, 6), RangeError);
});
