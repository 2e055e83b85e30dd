import assert from "node:assert/strict";
import {test} from "node:test";
import type {VoidRule} from "./experiment.ts";
import {type PlantedBlock, withRecords} from "./store/fixture.ts";
import {clientBound, errorsAbove, holdsAtLeast, lateDriver, nothingAsked, unsustained} from "./void-rules.ts";

/** What a rule says of planted blocks. */
async function found(rule: VoidRule, blocks: PlantedBlock[], parameters = "{}"): Promise<string[]> {
  let reasons: string[] = [];
  await withRecords(
    blocks,
    async (database) => {
      reasons = (await database.rows(rule.violations)).map(({reason}) => String(reason));
    },
    {parameters},
  );
  return reasons;
}

const FULL = '{"passages":1000}';
const holds = holdsAtLeast("vectors", "passages");

test("a full subject stands, an empty or half loaded one is named with what it held", async () => {
  assert.deepEqual(await found(holds, [{observations: {vectors: 1000}}], FULL), []);
  assert.deepEqual(await found(holds, [{observations: {vectors: 0}}], FULL), ["engram, block 0: 0 of 1000"]);
  assert.deepEqual(await found(holds, [{subject: "peer", observations: {vectors: 999}}], FULL), [
    "peer, block 0: 999 of 1000",
  ]);
});

test("a run that never counted what it held is void too", async () => {
  assert.equal((await found(holds, [{}], FULL)).length, 1);
});

const onTime: [number, number, number][] = Array.from({length: 100}, (_, at) => [at, at, at + 1]);
const late = (share: number) =>
  onTime.map(([due, , end], at): [number, number, number] => [
    due,
    at < share * 100 ? due + 2 : due,
    end + 2,
  ]);

test("a driver with six of a hundred late starts is void, with five it stands", async () => {
  assert.deepEqual(await found(lateDriver, [{requests: late(0.06)}]), ["block 0: 6 of 100 late"]);
  assert.deepEqual(await found(lateDriver, [{requests: late(0.05)}]), []);
});

test("errors above their share are named by class", async () => {
  assert.deepEqual(await found(errorsAbove(0.01), [{requests: onTime}]), []);
  assert.deepEqual(await found(errorsAbove(0.01), [{requests: onTime, status: "timeout"}]), ["timeout: 100"]);
});

test("an offered rate that was not achieved is void", async () => {
  const at = (achieved_per_s: number) => [{offered_per_s: 100, achieved_per_s}];
  assert.equal((await found(unsustained, at(94))).length, 1);
  assert.deepEqual(await found(unsustained, at(96)), []);
});

test("a closed loop whose client idles half of the time is client-bound", async () => {
  const busy = onTime;
  const idle = onTime.map(([due]): [number, number, number] => [due, due, due + 0.5]);
  assert.deepEqual(await found(clientBound(1), [{schedule: "closed", requests: busy}]), []);
  assert.equal((await found(clientBound(1), [{schedule: "closed", requests: idle}])).length, 1);
});

test("a run without an answered request is void", async () => {
  assert.deepEqual(await found(nothingAsked, [{}]), []);
  assert.equal((await found(nothingAsked, [{status: "refused"}])).length, 1);
});
