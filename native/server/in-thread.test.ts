import assert from "node:assert/strict";
import {test} from "node:test";
import {InThread} from "./in-thread.ts";
import {IN_THREAD_MAX_MS, IN_THREAD_REST_REQUESTS} from "./limits.ts";

/** Busy for that long by the clock that is read. */
function busy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test("two long reads in a row send the next ones to the pool, then the thread is tried again", () => {
  const thread = new InThread();
  for (let i = 0; i < 2; i++) thread.run(() => busy(2 * IN_THREAD_MAX_MS));
  const answers = Array.from({length: IN_THREAD_REST_REQUESTS + 1}, () => thread.may());
  assert.deepEqual(answers, [...Array(IN_THREAD_REST_REQUESTS).fill(false), true]);
});

test("one long read does not", () => {
  const thread = new InThread();
  thread.run(() => busy(2 * IN_THREAD_MAX_MS));
  assert.ok(thread.may());
});
