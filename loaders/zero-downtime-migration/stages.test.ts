import assert from "node:assert/strict";
import {test} from "node:test";
import {flipped, isMoved, plan, type Route, reconcile} from "./stages.ts";

const sessions = Array.from({length: 2_000}, (_, i) => `session-${i}`);
const stages = plan(1);
const at = (name: string) => stages.findIndex((stage) => stage.name === name);

/** What a router that keeps its word does, each session asked twice in each stage. */
const faithful = (): Route[] =>
  stages.flatMap(({share}, stage) =>
    [...sessions.slice(0, 100), ...sessions.slice(0, 100)].map((session) => ({
      session,
      stage,
      moved: isMoved(session, share),
    })),
  );

test("about the declared share of sessions is moved, and those of a smaller share stay moved in a larger one", () => {
  for (const share of [0.01, 0.1, 0.5]) {
    const moved = sessions.filter((session) => isMoved(session, share)).length / sessions.length;
    assert.ok(Math.abs(moved - share) < 0.04, `${moved} of ${share}`);
  }
  assert.ok(sessions.every((session) => !isMoved(session, 0.1) || isMoved(session, 0.5)));
  assert.ok(sessions.every((session) => isMoved(session, 1) && !isMoved(session, 0)));
});

test("a faithful roll-out with its roll-back flips no session", () => {
  assert.deepEqual(flipped(faithful(), stages), []);
});

test("a planted session that goes back and forth within a stage is found", () => {
  const routes = faithful();
  const one = routes.findLastIndex(({stage}) => stage === at("50 %"));
  const route = routes[one] as Route;
  routes[one] = {...route, moved: !route.moved};
  assert.ok(flipped(routes, stages).includes(route.session));
});

test("a planted session that goes back while the share grows is found", () => {
  const session = sessions.find((name) => isMoved(name, 0.1)) as string;
  const routes = [
    {session, stage: at("10 %"), moved: true},
    {session, stage: at("50 %"), moved: false},
  ];
  assert.deepEqual(flipped(routes, stages), [session]);
});

test("a planted lost write, and one done twice, are found by the client's ledger", () => {
  const acknowledged = new Set(["a", "b", "c"]);
  assert.deepEqual(reconcile(acknowledged, 0, ["c", "b", "a"]), {lost: [], extra: []});
  assert.deepEqual(reconcile(acknowledged, 0, ["a", "c"]), {lost: ["b"], extra: []});
  assert.deepEqual(reconcile(acknowledged, 0, ["a", "b", "c", "d"]), {lost: [], extra: ["d"]});
});

test("a write whose answer never came may be there or not", () => {
  assert.deepEqual(reconcile(new Set(["a"]), 1, ["a", "b"]), {lost: [], extra: []});
  assert.deepEqual(reconcile(new Set(["a"]), 1, ["a", "b", "c"]).extra.length, 1);
});
