import assert from "node:assert/strict";
import {test} from "node:test";
import {differences} from "./match.ts";

test("an object may have more fields than wanted, an array may not have more items", () => {
  assert.deepEqual(differences({a: 1, b: 2}, {a: 1}), []);
  assert.equal(differences([1, 2], [1]).length, 1);
  assert.equal(differences({}, {a: 1}).length, 1);
});

test("each check lets its value through and no other", () => {
  const cases: [unknown, unknown, unknown][] = [
    [{$near: 0.5}, 0.500001, 0.51],
    [{$items: 2}, ["a", "b"], ["a"]],
    [{$matches: "^é$"}, "é", "e"],
    [{$from: 1, $to: 2}, 1.5, 2.5],
    [{$absent: true}, undefined, 0],
  ];
  for (const [wanted, good, bad] of cases) {
    assert.deepEqual(differences(good, wanted), []);
    assert.equal(differences(bad, wanted).length, 1);
  }
});

test("a difference says where it is", () => {
  assert.match(
    differences({hits: [{id: "b"}]}, {hits: [{id: "a"}]})[0] ?? "",
    /^\$\.hits\[0\]\.id: wanted "a", got "b"/,
  );
});
