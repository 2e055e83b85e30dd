import assert from "node:assert/strict";
import {test} from "node:test";
import {clopperPearson} from "./proportion.ts";

const rounded = ({low, high}: {low: number; high: number}) => [low.toFixed(4), high.toFixed(4)];

test("the exact interval agrees with published ones", () => {
  // Newcombe, Statist. Med. 17, 1998, table I, method 5 (Clopper–Pearson).
  assert.deepEqual(rounded(clopperPearson(81, 263)), ["0.2527", "0.3676"]);
  assert.deepEqual(rounded(clopperPearson(15, 148)), ["0.0578", "0.1617"]);
  assert.deepEqual(rounded(clopperPearson(0, 20)), ["0.0000", "0.1684"]);
  assert.deepEqual(rounded(clopperPearson(1, 29)), ["0.0009", "0.1776"]);
});

test("no failure in n trials bounds the share by the rule of three", () => {
  // Hanley & Lippman-Hand, JAMA 249(13), 1983: one-sided 95 % bound ≈ 3/n.
  const {high} = clopperPearson(0, 1_000, 0.1);
  assert.ok(Math.abs(high - 0.003) < 2e-5);
});

test("more successes than trials is refused with both numbers", () => {
  assert.throws(() => clopperPearson(3, 2), /3 successes of 2/);
});
