import assert from "node:assert/strict";
import {test} from "node:test";
import fc from "fast-check";
import {estimate, lastDigit, number, scale, threshold} from "./format.js";

const plain = (text: string | null) => text?.replaceAll("\u00a0", " ") ?? null;

test("a time moves to the unit in which it reads best", () => {
  assert.deepEqual(scale(0.00184, "s"), {unit: "ms", divisor: 1e-3});
  assert.equal(scale(1_840_000, "ns").unit, "ms");
  assert.equal(scale(0.4, "ns").unit, "ns");
});

test("a number shows the digits its interval supports and no more", () => {
  const shown = estimate({value: 1.8437, low: 1.79, high: 1.9}, "ms");
  assert.equal(plain(shown.value), "1.84 ms");
  assert.equal(plain(shown.interval), "1.79–1.90 ms");
});

test("a wide interval takes digits away, even before the decimal point", () => {
  const shown = estimate({value: 12_345, low: 9_000, high: 16_000}, "/s");
  assert.equal(plain(shown.value), "12,000 /s");
  assert.equal(plain(shown.interval), "9,000–16,000 /s");
});

test("a ratio carries its sign without a space", () => {
  assert.equal(estimate({value: 3.14, low: 2.9, high: 3.4}, "×").value, "3.14×");
});

test("without an interval a number has three significant digits", () => {
  assert.equal(plain(estimate({value: 0.123456, low: null, high: null}, "").value), "0.123");
  assert.equal(number(1234.567), "1,235");
});

test("the last digit follows the leading digit of the uncertainty", () => {
  assert.equal(lastDigit(0.034), -2);
  assert.equal(lastDigit(0.014), -3);
  assert.equal(lastDigit(340), 2);
});

test("a value that is not there is a dash, not a number", () => {
  assert.deepEqual(estimate({value: Number.NaN, low: null, high: null}, "ms"), {value: "—", interval: null});
});

test("a threshold reads as words", () => {
  assert.equal(plain(threshold("<", 50, "ms")), "below 50 ms");
  assert.equal(plain(threshold(">=", 0.95, "")), "at least 0.95");
});

test("the shown value never leaves the interval by more than the last digit shown", () => {
  fc.assert(
    fc.property(
      fc.double({min: 1e-3, max: 1e6, noNaN: true}),
      fc.double({min: 1e-3, max: 0.9, noNaN: true}),
      (value, share) => {
        const half = value * share;
        const shown = Number(
          estimate({value, low: value - half, high: value + half}, "").value.replaceAll(",", ""),
        );
        assert.ok(Math.abs(shown - value) <= half / 2 + 1e-12);
      },
    ),
  );
});

test("a share reads as per cent", () => {
  assert.equal(plain(estimate({value: 0.934, low: 0.921, high: 0.946}, "share").value), "93.4 %");
});

test("an interval can be told in the unit that its sentence speaks in", () => {
  const shown = estimate({value: 0.3, low: 0.24, high: 0.37}, "ms", {unit: "ms", divisor: 1});
  assert.equal(plain(shown.interval), "0.24–0.37 ms");
});

test("a count needs no unit", () => {
  assert.deepEqual(estimate({value: 3, low: 3, high: 3}, "count"), {value: "3", interval: "3"});
});
