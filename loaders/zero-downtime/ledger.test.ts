import assert from "node:assert/strict";
import {test} from "node:test";
import {Ledger} from "./ledger.ts";
import {isFound, PLANTED} from "./planted.ts";
import {plan} from "./rollout.ts";

for (const [fault, planted] of Object.entries(PLANTED))
  test(`planted in a ledger: ${fault}`, () => assert.ok(isFound(planted)));

test("a session may go back when the share falls", () => {
  const stages = plan(0);
  const at = (name: string) => stages.findIndex((stage) => stage.name === name);
  const ledger = new Ledger(stages);
  ledger.served(1, at("api: 100 %"), "v2, similar");
  ledger.served(1, at("api: back to 0 %"), "v1, similar");
  ledger.served(1, at("api: again 100 %"), "v2, similar");
  assert.deepEqual(ledger.audit([]), []);
});

test("a write whose weakening has no known end may have either strength", () => {
  for (const strength of [1, 0.5]) {
    const ledger = new Ledger(plan(0));
    ledger.acknowledged("a", "first", 1);
    ledger.weakened("a", false);
    assert.deepEqual(ledger.audit([{id: "a", content: "first", strength}]), []);
  }
});

test("a weakening of what was never acknowledged is refused", () => {
  assert.throws(() => new Ledger(plan(0)).weakened("a", true), /never acknowledged/);
});
