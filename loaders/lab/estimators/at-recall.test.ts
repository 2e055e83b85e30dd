import assert from "node:assert/strict";
import {test} from "node:test";
import type {Row} from "../estimate.ts";
import {stream} from "../statistics/random.ts";
import {logRateAt, ratioAtRecall} from "./at-recall.ts";

const random = () => stream(1, "bootstrap");

/** `recalls` and times in ns of one setting each, the same for every query and round. */
function side(name: "a" | "b", recalls: number[], times: number[], rounds = 6, queries = 50): Row[] {
  return Array.from({length: rounds * queries}, (_, at) =>
    recalls.map((recall, index) => ({
      value: times[index] as number,
      block: `round ${Math.floor(at / queries)}`,
      side: name,
      effort: 10 * (index + 1),
      query: at % queries,
      // Whole tenths whose mean over the queries is the recall.
      found:
        at % queries < Math.round((recall * 10 - Math.floor(recall * 10)) * queries)
          ? Math.ceil(recall * 10) / 10
          : Math.floor(recall * 10) / 10,
    })),
  ).flat();
}

test("between two settings the rate's logarithm is linear in recall", () => {
  const points = [
    {recall: 0.9, log_rate: Math.log(4_000)},
    {recall: 1, log_rate: Math.log(1_000)},
  ];
  assert.ok(Math.abs(Math.exp(logRateAt(points, 0.95)) - 2_000) < 1e-6);
  assert.equal(logRateAt(points, 0.8), Math.log(4_000));
  assert.ok(Number.isNaN(logRateAt(points.slice(0, 1), 0.95)));
});

test("a system twice as fast at every recall has a ratio of two, with an interval around it", () => {
  const rows = [...side("a", [0.9, 0.99], [500, 1_000]), ...side("b", [0.9, 0.99], [1_000, 2_000])];
  const {value, low, high, enough} = ratioAtRecall(0.95).estimate(rows, random());
  assert.ok(Math.abs(value - 2) < 1e-9 && enough);
  assert.ok((low ?? 3) <= 2 && (high ?? 0) >= 2);
});

test("a faster system that finds less is behind at equal recall", () => {
  const rows = [...side("a", [0.8, 0.9, 0.99], [100, 600, 3_000]), ...side("b", [0.96], [500])];
  const {value} = ratioAtRecall(0.95).estimate(rows, random());
  assert.ok(value < 0.5, String(value));
});

test("uncertain recall widens the interval although no time varies", () => {
  const few = [
    ...side("a", [0.93, 0.97], [500, 2_000], 6, 20),
    ...side("b", [0.95, 0.99], [1_000, 2_000], 6, 20),
  ];
  const {low, high} = ratioAtRecall(0.95).estimate(few, random());
  assert.ok((high ?? 0) / (low ?? 1) > 1.02, `${low}–${high}`);
});

test("who never reaches the recall has no ratio, and it says so", () => {
  const rows = [...side("a", [0.9, 0.99], [500, 1_000]), ...side("b", [0.5, 0.8], [10, 20])];
  const estimate = ratioAtRecall(0.95).estimate(rows, random());
  assert.ok(Number.isNaN(estimate.value) && !estimate.enough);
  assert.match(estimate.needs ?? "", /in which both reach 0.95/);
});

test("a row without its query is refused with what to select", () => {
  assert.throws(
    () => ratioAtRecall(0.95).estimate([{value: 1, block: "r", side: "a"}], random()),
    /select value \(ns\), block \(round\), side, effort, query and found/,
  );
});
