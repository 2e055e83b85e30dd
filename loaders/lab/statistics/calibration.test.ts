import assert from "node:assert/strict";
import {test} from "node:test";
import {calibrationError, isotonic, type Told} from "./calibration.ts";
import {stream} from "./random.ts";

function told(n: number, chance: (probability: number) => number): Told[] {
  const random = stream(8, "told");
  return Array.from({length: n}, () => {
    const probability = random();
    return {probability, right: random() < chance(probability)};
  });
}

test("what is told and comes true as often has an error near nothing", () => {
  assert.ok(calibrationError(told(20_000, (p) => p)) < 0.02);
});

test("planted overconfidence is found at its size", () => {
  // Told p, true in p²: the mean of p − p² is 1/6.
  assert.ok(Math.abs(calibrationError(told(20_000, (p) => p * p)) - 1 / 6) < 0.02);
});

test("two bins by hand", () => {
  const four = [0.2, 0.2, 0.8, 0.8].map((probability, i) => ({probability, right: i === 1 || i === 3}));
  // |0.4 − 1| / 4 + |1.6 − 1| / 4
  assert.ok(Math.abs(calibrationError(four, 2) - 0.3) < 1e-12);
});

test("pooling rises, and mends overconfidence on questions it has not seen", () => {
  const {scores, probabilities} = isotonic(told(4_000, (p) => p * p));
  assert.ok(scores.every((score, i) => i === 0 || score > (scores[i - 1] as number)));
  assert.ok(probabilities.every((value, i) => i === 0 || value > (probabilities[i - 1] as number)));
  const half = scores.findIndex((score) => score > 0.5);
  assert.ok(Math.abs((probabilities[half] as number) - 0.25) < 0.1);
});

test("pooling by hand: a violator joins its neighbour", () => {
  const rights = [false, true, false, true];
  const {scores, probabilities} = isotonic(rights.map((right, i) => ({probability: i / 4, right})));
  assert.deepEqual([...scores], [0, 0.375, 0.75]);
  assert.deepEqual([...probabilities], [0, 0.5, 1]);
});

test("nothing told is refused", () => {
  assert.throws(() => calibrationError([]), RangeError);
});
