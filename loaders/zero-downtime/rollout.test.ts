import assert from "node:assert/strict";
import {test} from "node:test";
import {placeOf, plan, WAYS, wayOf} from "./rollout.ts";

const SESSIONS = Array.from({length: 10_000}, (_, number) => placeOf(`session ${number}`));
const stages = plan(2);

test("each migration goes by shadow, 1, 10, 50 and 100 %, back to 0 % and again to 100 %", () => {
  for (const migration of ["api", "memory"])
    assert.deepEqual(
      stages
        .filter((stage) => stage.migration === migration && stage.event === null && stage.name !== "quiet")
        .map(({share, shadow}) => (shadow ? "shadow" : share)),
      ["shadow", 1, 10, 50, 100, 0, 100],
    );
});

test("releases are rolled out while both ways are served, as often as asked", () => {
  const restarts = stages.filter(({event}) => event === "restart");
  assert.deepEqual(
    restarts.map(({share}) => share),
    [50, 50, 50, 50],
  );
});

test("a share of the sessions is that share, by places that are spread evenly", () => {
  for (const share of [1, 10, 50]) {
    const moved = SESSIONS.filter((place) => place < share).length / SESSIONS.length;
    assert.ok(Math.abs(moved - share / 100) < 0.015, `${moved} at ${share} %`);
  }
});

test("a session that was moved stays moved as the share grows", () => {
  for (const place of SESSIONS)
    for (const [at, stage] of stages.entries()) {
      const before = stages[at - 1];
      if (before === undefined || before.migration !== stage.migration || stage.share < before.share)
        continue;
      assert.ok(WAYS.indexOf(wayOf(stage, place)) >= WAYS.indexOf(wayOf(before, place)));
    }
});

test("the memory migration begins where the API migration ended", () => {
  const place = 0.5;
  const last = stages.findLast(({migration}) => migration === "api");
  const first = stages.find(({migration}) => migration === "memory");
  assert.ok(last !== undefined && first !== undefined);
  assert.equal(wayOf(last, place), wayOf(first, place));
});
