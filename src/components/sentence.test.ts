import assert from "node:assert/strict";
import {test} from "node:test";
import {splitAtValue} from "./sentence.js";

test("the number of the claim is found among the others of its sentence", () => {
  assert.deepEqual(splitAtValue("99.9 % of recalls take at most 1.84 ms (1.79–1.90).", 1.8437), {
    before: "99.9 % of recalls take at most ",
    number: "1.84 ms",
    close: "",
    after: " (1.79–1.90).",
  });
});

test("a full stop stays with its number", () => {
  assert.deepEqual(splitAtValue("It takes 1.84 ms.", 1.84), {
    before: "It takes ",
    number: "1.84 ms",
    close: ".",
    after: "",
  });
});

test("a number told in another unit is found", () => {
  assert.equal(splitAtValue("It takes 1.84 ms.", 1_843_700)?.number, "1.84 ms");
});

test("a count with commas is found", () => {
  assert.equal(splitAtValue("It stores 12,300 records per second.", 12_345)?.number, "12,300");
});

test("a ratio keeps its sign", () => {
  assert.equal(splitAtValue("engram answers 3.1× as many queries.", 3.12)?.number, "3.1×");
});

test("a sentence that does not say the number gives null", () => {
  assert.equal(splitAtValue("Nothing was measured.", 3), null);
});
