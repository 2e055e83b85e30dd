import assert from "node:assert/strict";
import {test} from "node:test";
import {adjustedRandIndex, purity} from "./clustering.ts";
import {permutation, stream} from "./random.ts";

/** The three clusters of Manning, Raghavan & Schütze 2008, figure 16.4: x, o and d in 6, 6 and 5 items. */
const found = [..."111111", ..."222222", ..."33333"];
const known = [..."xxxxxo", ..."xooood", ..."xxddd"];

test("purity of the textbook's clusters is 12/17", () => {
  assert.ok(Math.abs(purity(found, known) - 12 / 17) < 1e-12);
});

test("the textbook's clusters have its Rand index of .68, and are .24 above chance", () => {
  // TP + FP = 40, TP = 20, TP + FN = 44 of 136 pairs: (20 − 40·44/136) / (42 − 40·44/136).
  assert.ok(Math.abs(adjustedRandIndex(found, known) - (20 - 1_760 / 136) / (42 - 1_760 / 136)) < 1e-12);
});

test("the same groups under other names agree wholly", () => {
  const renamed = known.map((label) => `class ${label}`);
  assert.equal(adjustedRandIndex(known, renamed), 1);
  assert.equal(purity(known, renamed), 1);
});

test("planted: shuffled labels agree no better than chance", () => {
  const random = stream(3, "shuffled");
  const labels = Array.from({length: 3_000}, (_, i) => i % 30);
  const shuffled = [...permutation(labels.length, random)].map((at) => labels[at] as number);
  assert.ok(Math.abs(adjustedRandIndex(shuffled, labels)) < 0.01);
});

test("lists of unlike length are refused", () => {
  assert.throws(() => adjustedRandIndex([1], [1, 2]), /1 found labels and 2 known/);
});
