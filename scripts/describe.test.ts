// The summary in words: what was measured is named, what was not is counted.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Claim, Summary} from "../loaders/lab/claim.ts";
import {describe} from "./describe.ts";

const CLAIM: Claim = {
  id: "ratio",
  experiment: "900",
  label: "our rate over theirs",
  unit: "×",
  compares: null,
  sql: "SELECT 1",
  scope: "profile quick",
  value: 2.5,
  low: 2.25,
  high: 2.75,
  units: 6,
  enough: true,
  method: "a test",
  n: 1_200,
  needs: null,
  comparison: ">=",
  threshold: 4,
  source: "a test",
  verdict: "missed",
  sentence: null,
};
const unmeasured = (label: string): Claim => ({
  ...CLAIM,
  label,
  value: null,
  low: null,
  high: null,
  n: 0,
  verdict: "not enough evidence",
  needs: "6 rounds",
});
const summary = (claims: Claim[]) =>
  ({
    id: "900",
    title: "A race",
    verdict: "missed",
    profile: "quick",
    reasons: [],
    claims,
  }) as unknown as Summary;

test("a claim is told with its interval, its n, its floor and its mark", () => {
  assert.equal(
    describe(summary([CLAIM])),
    "900 A race: missed (profile quick)\n  ✗ our rate over theirs: 2.5 × (2.25–2.75, n = 1,200)  floor >= 4\n",
  );
});

test("a few claims without a measurement are named, with what they need", () => {
  assert.match(describe(summary([CLAIM, unmeasured("a")])), /\? a: not measured {2}needs 6 rounds\n$/);
});

test("many claims without a measurement are counted, and named where all are asked for", () => {
  const many = summary([unmeasured("a"), unmeasured("b"), CLAIM, unmeasured("c"), unmeasured("d")]);
  assert.match(describe(many), /our rate .*\n {2}\? 4 more were not measured: .*900 --all names each\n$/);
  assert.equal(describe(many, {all: true}).match(/not measured/g)?.length, 4);
});
