import assert from "node:assert/strict";
import {test} from "node:test";
import {agrees} from "./agreement.js";

const claim = {value: 1.84, n: 12_000};

test("the same value and count agree, also as bigint", () => {
  assert.ok(agrees(claim, {value: 1.84, n: 12_000n}));
});

test("a difference in the last bits is not a disagreement", () => {
  assert.ok(agrees(claim, {value: 1.84 * (1 + 1e-13), n: 12_000}));
});

test("a planted change of a thousandth is found", () => {
  assert.ok(!agrees(claim, {value: 1.84 * 1.001, n: 12_000}));
});

test("one row more or less is found", () => {
  assert.ok(!agrees(claim, {value: 1.84, n: 12_001}));
});

test("an empty answer never agrees", () => {
  assert.ok(!agrees({value: 0, n: 0}, {value: null, n: 0}));
});

test("zero agrees with zero", () => {
  assert.ok(agrees({value: 0, n: 3}, {value: 0, n: 3}));
});
