// Findings with planted garbage: each kind is refused by name.
import assert from "node:assert/strict";
import {test} from "node:test";
import {BenchOutputError, findings, visits} from "./finding.ts";

const line = (change: object = {}) =>
  JSON.stringify({
    subject: "engram",
    round: 0,
    position: 0,
    metric: "qps",
    label: "48",
    unit: "1/s",
    value: 12.5,
    n: 500,
    ...change,
  });

test("a good output is read line by line", () => {
  const all = findings("bench", `${line()}\n${line({label: "56"})}\n`);
  assert.deepEqual(
    all.map(({label, value}) => [label, value]),
    [
      ["48", 12.5],
      ["56", 12.5],
    ],
  );
});

for (const [what, text] of Object.entries({
  "a torn line": line().slice(0, 40),
  "a value that is no number": line().replace("12.5", "nan"),
  "a value in quotes": line({value: "12.5"}),
  "a missing round": line({round: undefined}),
  "a negative round": line({round: -1}),
  "an unknown unit": line({unit: "furlongs"}),
  "a field nobody knows": line({colour: "red"}),
  "no sample at all": line({n: 0}),
  "an infinite value": line().replace("12.5", "1e999"),
  "a message between the lines": "warning: low on memory",
}))
  test(`${what} is refused, and shown`, () => {
    assert.throws(
      () => findings("bench", `${line()}\n${text}\n`),
      (error) => error instanceof BenchOutputError && error.message.startsWith("bench, line 2: "),
    );
  });

test("an empty output is no result", () => {
  assert.throws(() => findings("bench", "\n"), /printed nothing/);
});

test("the same quantity twice in one visit is refused: one of them would be the better", () => {
  assert.throws(() => findings("bench", `${line()}\n${line({value: 99})}`), /twice in round 0/);
});

test("visits come in the order of the interleaving, whatever the order of the lines", () => {
  const all = findings(
    "bench",
    [
      line({round: 1, subject: "hnswlib"}),
      line({round: 1, position: 1}),
      line({position: 1, subject: "hnswlib"}),
      line(),
    ].join("\n"),
  );
  assert.deepEqual(
    visits(all).map(([first]) => first?.subject),
    ["engram", "hnswlib", "hnswlib", "engram"],
  );
});
