import assert from "node:assert/strict";
import {test} from "node:test";
import {answered} from "./errors.ts";
import {RETRY_DEFAULT, waitMs} from "./retry.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const wait = (attempt: number, retryAfter: string | null, uniform = 0.5) =>
  waitMs(attempt, RETRY_DEFAULT, retryAfter, () => uniform, NOW);

test("the wait's bound doubles with each attempt, up to the longest", () => {
  assert.deepEqual(
    [1, 2, 3, 20].map((attempt) => wait(attempt, null)),
    [25, 50, 100, 2_500],
  );
});

test("a wait is anywhere between nothing and its bound", () => {
  assert.equal(wait(1, null, 0), 0);
  assert.ok(wait(1, null, 0.999) > 49);
});

test("Retry-After is obeyed in seconds and as a date", () => {
  assert.equal(wait(1, "2"), 2_025);
  assert.equal(wait(1, "Thu, 01 Jan 2026 00:00:03 GMT"), 3_025);
});

test("a Retry-After of nonsense, of the past or of a year does not hold the caller up", () => {
  assert.equal(wait(1, "soon"), 25);
  assert.equal(wait(1, "Wed, 31 Dec 2025 00:00:00 GMT"), 25);
  assert.equal(wait(1, "31536000"), 5_025);
});

test("what waiting cannot mend is not tried again", () => {
  const retryable = (status: number, code: string) =>
    answered(status, JSON.stringify({error: {code}}), 1, null).retryable;
  assert.equal(retryable(503, "busy"), true);
  assert.equal(retryable(429, "busy"), true);
  assert.equal(retryable(503, "poisoned"), false);
  assert.equal(retryable(500, "internal"), false);
  assert.equal(retryable(400, "invalid_argument"), false);
});
