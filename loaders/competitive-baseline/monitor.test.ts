// The watch over a lead, with planted losses it must find and changes it must keep quiet about.
import assert from "node:assert/strict";
import {test} from "node:test";
import {stream} from "../lab/statistics/random.ts";
import {simulatedHistory} from "./history.ts";
import {changes, narrowed, watch} from "./monitor.ts";

const NOISE = {sigma: 0.05, wild: 0.05, factor: 4};
const MONTHS = 36;
const FROM = 18;

const history = (loss: number, seed: number, lead = 4) =>
  simulatedHistory({months: MONTHS, lead, loss, from: FROM}, NOISE, stream(seed, "history"));
const watched = (leads: readonly number[], seed = 1) => watch(leads, stream(seed, "watch"));

test("36 months without a change raise no alarm", () => {
  for (let seed = 0; seed < 10; seed++) assert.equal(watched(history(0, seed), seed).both, null);
});

test("a planted loss of 5 % a month is found, and not before it begins", () => {
  for (let seed = 0; seed < 10; seed++) {
    const {both} = watched(history(0.05, seed), seed);
    assert.ok(both !== null && both > FROM && both <= FROM + 14, `seed ${seed}: month ${both}`);
  }
});

test("a lead that widens raises no alarm, though both detectors see the change", () => {
  const widening = history(-0.05, 3);
  assert.ok(changes(widening, stream(1, "widening")).both.length > 0);
  assert.equal(watched(widening).both, null);
});

test("one wild month raises no alarm", () => {
  const leads = history(0, 4);
  leads[20] = 0.4;
  assert.equal(watched(leads).both, null);
});

test("a change that matters to nobody is kept quiet about: 2 % less is below the least narrowing", () => {
  assert.equal(narrowed([4, 4, 4, 4, 3.92, 3.92, 3.92, 3.92], [4]), false);
  assert.equal(narrowed([4, 4, 4, 4, 3.7, 3.7, 3.7, 3.7], [4]), true);
});

test("what one detector sees alone raises no alarm", () => {
  // Of clean histories some alarm one detector by chance: those are the ones the other must hold back.
  const histories = Array.from({length: 60}, (_, seed) => watched(history(0, seed), seed));
  const alone = histories.filter(({energy, ranks}) => (energy === null) !== (ranks === null));
  assert.ok(alone.length > 0, "no history alarmed one detector: the test shows nothing");
  assert.ok(alone.every(({both}) => both === null));
});
