import assert from "node:assert/strict";
import {test} from "node:test";
import {stream} from "../lab/statistics/random.ts";
import {constant, poisson} from "./arrivals.ts";
import {openLoop, type Scheduler} from "./openloop.ts";

/** A clock that a test owns: a turn takes 1 µs, and a request answers when the clock has reached its time. */
function virtual() {
  let now = 0;
  const pending: {at: number; resolve: () => void}[] = [];
  const settle = async () => {
    for (const request of pending.splice(0)) {
      if (request.at <= now) request.resolve();
      else pending.push(request);
    }
    await Promise.resolve();
  };
  const scheduler: Scheduler = {
    now: () => now,
    turn: async () => {
      now += 1_000;
      await settle();
    },
    sleep: async (ms) => {
      now += ms * 1e6;
      await settle();
    },
  };
  return {
    scheduler,
    jump: (ns: number) => {
      now += ns;
    },
    answerAfter: (ns: number) => new Promise<void>((resolve) => pending.push({at: now + ns, resolve})),
  };
}

const operation = (n: number) => ({operation: new Uint8Array(n), operations: ["recall"]});

test("a stall is paid by every request that came due in it", async () => {
  const clock = virtual();
  const intended_ns = constant(1_000, 100);
  const {columns} = await openLoop({
    intended_ns,
    ...operation(100),
    scheduler: clock.scheduler,
    start: (index) => {
      if (index === 50) clock.jump(20_000_000); // the system blocks the caller for 20 ms
      return clock.answerAfter(10_000);
    },
  });
  const late = Array.from(columns.end_ns, (end, index) => end - (intended_ns[index] ?? 0)).filter(
    (ns) => ns > 1_000_000,
  );
  assert.ok(late.length >= 19, `${late.length} requests show the stall; a closed loop would show one`);
});

test("a driver that cannot keep up shows late starts", async () => {
  const clock = virtual();
  const intended_ns = constant(10_000, 200);
  const {columns} = await openLoop({
    intended_ns,
    ...operation(200),
    scheduler: clock.scheduler,
    start: () => {
      clock.jump(300_000); // starting one takes longer than the gap
      return clock.answerAfter(0);
    },
  });
  const late = columns.start_ns.filter((start, index) => start - (intended_ns[index] ?? 0) > 1_000_000);
  assert.ok(late.length / 200 > 0.05);
});

test("requests that fail keep their latency in a class of their own", async () => {
  const clock = virtual();
  const {columns} = await openLoop({
    intended_ns: constant(1_000, 4),
    ...operation(4),
    scheduler: clock.scheduler,
    start: (index) => (index === 2 ? Promise.reject(new TypeError("no")) : clock.answerAfter(1_000)),
  });
  assert.equal(columns.statuses[columns.status[2] ?? 0], "TypeError");
  assert.ok((columns.end_ns[2] ?? 0) > 0);
});

test("an unanswered request is a timeout, and the driver ends", async () => {
  const clock = virtual();
  const {columns, backlog_max} = await openLoop({
    intended_ns: constant(100, 3),
    ...operation(3),
    scheduler: {...clock.scheduler, turn: async () => clock.jump(50_000_000)},
    start: (index) => (index === 1 ? new Promise(() => {}) : Promise.resolve()),
  });
  assert.equal(columns.statuses[columns.status[1] ?? 0], "timeout");
  assert.ok(backlog_max >= 1);
});

test("Poisson arrivals have the rate asked for and the variance of a Poisson process", () => {
  const starts = poisson(1_000, 20_000, stream(3, "arrivals"));
  assert.ok(Math.abs((starts[19_999] ?? 0) / 1e9 - 20) < 0.5);
  const perSecond = new Array<number>(19).fill(0);
  for (const at of starts) {
    const second = Math.floor(at / 1e9);
    if (second < 19) perSecond[second] = (perSecond[second] ?? 0) + 1;
  }
  const mean = perSecond.reduce((sum, count) => sum + count, 0) / 19;
  const variance = perSecond.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 18;
  assert.ok(variance / mean > 0.3 && variance / mean < 2.2, `index of dispersion ${variance / mean}`);
});
