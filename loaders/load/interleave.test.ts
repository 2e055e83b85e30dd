import assert from "node:assert/strict";
import {test} from "node:test";
import {interleave} from "./interleave.ts";

const order = (subjects: string[], rounds: number) =>
  interleave(subjects, rounds)
    .map(({subject}) => subject)
    .join("");

test("two subjects take turns A-B-B-A, and begin in turn", () => {
  assert.equal(order(["A", "B"], 2), "ABBABAAB");
});

test("with three subjects each round is a palindrome and each begins once", () => {
  assert.equal(order(["A", "B", "C"], 3), "ABCCBABCAACBCABBAC");
});

test("a linear drift of the machine costs every subject the same", () => {
  const visits = interleave(["A", "B", "C"], 6);
  const mean = (name: string) => {
    const places = visits.flatMap(({subject}, index) => (subject === name ? [index] : []));
    return places.reduce((sum, place) => sum + place, 0) / places.length;
  };
  assert.equal(mean("A"), mean("B"));
  assert.equal(mean("B"), mean("C"));
});

test("nothing to visit is refused", () => {
  assert.throws(() => interleave([], 3), RangeError);
  assert.throws(() => interleave(["A"], 0), RangeError);
});
