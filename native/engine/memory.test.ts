// The dual memory through its typed face, on clusters whose shape is known.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {Engine, InvalidArgumentError, NotFoundError, type Space} from "../engine.ts";

const DIMENSION = 32;
const CLUSTERS = 6;
const PER_CLUSTER = 8;
const HOUR_MS = 3_600_000;

/** A linear congruence (ANSI C's): the same vectors everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return ((state >>> 16) & 0x7fff) / 0x8000 - 0.5;
  };
}

/** Members of a cluster: its axis and a little noise. */
function member(cluster: number, which: number, noise = 0.25): Float32Array {
  const draw = random(1 + cluster * 1_000 + which);
  return Float32Array.from({length: DIMENSION}, (_, i) => (i === cluster ? 1 : 0) + noise * draw());
}

const name = (cluster: number, which: number) => `c${cluster}-${which}`;

async function withSpace(use: (space: Space, reopen: () => Promise<Space>) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "engram-memory-"));
  let engine = await Engine.open(directory);
  try {
    await use(await engine.space("s", {dimension: DIMENSION}), async () => {
      await engine.close();
      engine = await Engine.open(directory);
      return engine.space("s", {dimension: DIMENSION});
    });
  } finally {
    await engine.close();
    rmSync(directory, {recursive: true});
  }
}

/** Stored in an order of its own. */
async function fill(space: Space, order: (ids: [number, number][]) => [number, number][] = (all) => all) {
  const all = Array.from({length: CLUSTERS * PER_CLUSTER}, (_, i): [number, number] => [
    Math.floor(i / PER_CLUSTER),
    i % PER_CLUSTER,
  ]);
  for (const [cluster, which] of order(all))
    await space.store(
      {id: name(cluster, which), embedding: member(cluster, which), at: which},
      {durability: "async"},
    );
}

const partition = (space: Space) =>
  space.memory
    .concepts()
    .map(({members}) =>
      members
        .map(({id}) => id)
        .sort()
        .join(" "),
    )
    .sort();

const everything = {share: 1, tau: 0};

test("consolidation finds the clusters, binds every member and leaves nothing pending", () =>
  withSpace(async (space) => {
    await fill(space);
    const report = await space.memory.consolidate(HOUR_MS, everything);
    assert.equal(report.examined, CLUSTERS * PER_CLUSTER);
    assert.equal(report.formed, CLUSTERS);
    assert.equal(report.bound, CLUSTERS * PER_CLUSTER);
    for (const concept of space.memory.concepts()) {
      assert.equal(concept.members.length, PER_CLUSTER);
      assert.ok(concept.coherence >= 0.65, `coherence is ${concept.coherence}`);
      assert.ok(Math.abs(concept.members.reduce((sum, one) => sum + one.contribution, 0) - 1) < 1e-4);
      const [first = ""] = concept.members[0]?.id.split("-") ?? [];
      for (const {id} of concept.members) {
        assert.ok(id.startsWith(`${first}-`), `${id} is among the members of ${first}`);
        assert.equal(space.memory.conceptOf(id), concept.number);
      }
    }
    assert.equal(space.stats().pending, 0);
    await space.verify();
  }));

test("the partition does not depend on the order of storing", () =>
  withSpace(async (space) => {
    await fill(space);
    await space.memory.consolidate(HOUR_MS, everything);
    await withSpace(async (other) => {
      await fill(other, (all) => all.toReversed());
      await other.memory.consolidate(HOUR_MS, everything);
      assert.deepEqual(partition(other), partition(space));
    });
  }));

test("one new episode extends its concept, and only it is looked at", () =>
  withSpace(async (space) => {
    await fill(space);
    await space.memory.consolidate(HOUR_MS, everything);
    const before = space.memory.conceptOf(name(2, 0));
    await space.store({id: "late", embedding: member(2, 99), at: 0});
    const report = await space.memory.consolidate(2 * HOUR_MS, everything);
    assert.deepEqual([report.examined, report.formed, report.strengthened, report.bound], [1, 0, 1, 1]);
    assert.equal(space.memory.conceptOf("late"), before);
  }));

test("concepts are what they were after a restart, from the log and from a snapshot", () =>
  withSpace(async (space, reopen) => {
    await fill(space);
    await space.memory.consolidate(HOUR_MS, everything);
    const before = space.memory.concepts();
    const replayed = await reopen();
    assert.deepEqual(replayed.memory.concepts(), before);
    await replayed.snapshot();
    const restored = await reopen();
    assert.deepEqual(restored.memory.concepts(), before);
    await restored.verify();
  }));

test("what is forgotten leaves its concept, and a concept left too small ends", () =>
  withSpace(async (space) => {
    await fill(space);
    await space.memory.consolidate(HOUR_MS, everything);
    const number = space.memory.conceptOf(name(1, 7));
    await space.forget(Array.from({length: 6}, (_, i) => name(1, i)));
    assert.equal(space.memory.concepts({first: number as number, limit: 1})[0]?.members.length, 2);
    const report = await space.memory.consolidate(2 * HOUR_MS, everything);
    assert.equal(report.dissolved, 1);
    assert.equal(space.memory.conceptOf(name(1, 7)), undefined);
    await space.verify();
  }));

test("a blended answer says which concept brought a hit, with probabilities that never exceed 1", () =>
  withSpace(async (space) => {
    await fill(space);
    await space.memory.consolidate(HOUR_MS, everything);
    const {hits} = await space.memory.answer({vector: member(3, 50)}, {k: 6});
    assert.equal(hits.length, 6);
    for (const hit of hits) {
      assert.equal(hit.kind, "episode");
      assert.ok(hit.confidence >= 0 && hit.confidence <= 1);
      assert.deepEqual(hit.why.at(-1), {kind: "episode", id: (hit as {id: string}).id});
    }
    const number = space.memory.conceptOf(name(3, 0));
    assert.ok(hits.some(({why}) => why.some((one) => one.kind === "concept" && one.number === number)));
    assert.deepEqual(
      await space.memory.answer({vector: member(3, 50)}, {k: 6}).then((again) => again.hits),
      hits,
    );
  }));

test("an answer in the calling thread is the answer of the pool, also where it needs more room than most", () =>
  withSpace(async (space) => {
    await fill(space);
    await space.memory.consolidate(HOUR_MS, everything);
    const vector = member(3, 50);
    for (const options of [{k: 6}, {k: 40, mode: "similar"}, {k: 256}, {k: 5_000, mode: "similar"}] as const)
      assert.deepEqual(
        space.memory.answerSync(vector, options),
        await space.memory.answer({vector}, options),
      );
    assert.throws(() => space.memory.answerSync(Float32Array.of(1)), InvalidArgumentError);
  }));

test("a similar answer equals recall", () =>
  withSpace(async (space) => {
    await fill(space);
    const vector = member(4, 77);
    const {hits} = await space.memory.answer({vector}, {mode: "similar", k: 5, exact: true});
    const recalled = await space.recall({vector, k: 5, exact: true});
    assert.deepEqual(
      hits.map((hit) => (hit as {id: string}).id),
      recalled.ids,
    );
  }));

test("spreading crosses edges and bindings, and tells the path", () =>
  withSpace(async (space) => {
    await fill(space);
    await space.memory.consolidate(HOUR_MS, everything);
    await space.link({from: name(0, 0), to: name(5, 0), relation: "r", weight: 1});
    const {hits} = await space.memory.answer({ids: [name(0, 0)]}, {mode: "spreading", k: 60});
    const found = new Map(hits.map((hit) => [(hit as {id: string}).id, hit]));
    assert.equal(found.has(name(0, 0)), false, "the cue is not its own answer");
    assert.deepEqual(
      found.get(name(5, 0))?.why.map((one) => (one as {id: string}).id),
      [name(0, 0), name(5, 0)],
    );
    const sibling = found.get(name(0, 3));
    assert.deepEqual(
      sibling?.why.map(({kind}) => kind),
      ["episode", "concept", "episode"],
    );
    // Down the binding and up again: .8 × .6 × .8 for the second level, less how far both are from the centroid.
    assert.ok((sibling?.activation ?? 0) > 0.25 && (sibling?.activation ?? 1) <= 0.8 * 0.6 * 0.8);
  }));

test("weakening and time lower an answer's score", () =>
  withSpace(async (space) => {
    await fill(space);
    const cue = {vector: member(0, 0)};
    const top = async (now?: number) =>
      (await space.memory.answer(cue, {mode: "similar", k: 1, ...(now === undefined ? {} : {now})})).hits[0];
    const fresh = await top();
    const days = (1 + (48 * HOUR_MS) / 13_400) ** -0.131;
    assert.ok(Math.abs(((await top(48 * HOUR_MS))?.score ?? 0) - (fresh?.score ?? 0) * days) < 1e-3);
    await space.forget([name(0, 0)], {weaken: 0.25});
    const after = (await space.memory.answer(cue, {mode: "similar", k: 48})).hits;
    const own = after.find((hit) => (hit as {id: string}).id === name(0, 0));
    assert.ok(Math.abs((own?.score ?? 0) - (fresh?.score ?? 0) / 4) < 1e-3);
    assert.notEqual((after[0] as {id: string}).id, name(0, 0));
  }));

test("touching makes a memory of two components last: rehearsed thrice it follows the power law", () =>
  withSpace(async (space, reopen) => {
    await fill(space);
    await space.memory.configure({decay: {model: "two-component", beta: 0.18, powerTau: 24 * HOUR_MS}});
    const {hits: rare} = await space.memory.answer(
      {vector: member(0, 0)},
      {mode: "similar", k: 1, now: 48 * HOUR_MS},
    );
    assert.ok((rare[0]?.score ?? 1) < 0.01, "two days are long for what was met once");
    for (const at of [1, 2, 3]) await space.memory.touch([name(0, 0)], at * HOUR_MS);
    const again = await reopen();
    const {hits} = await again.memory.answer(
      {vector: member(0, 0)},
      {mode: "similar", k: 1, now: 51 * HOUR_MS},
    );
    const expected = (1 + 2) ** -0.18;
    assert.ok(Math.abs((hits[0]?.score ?? 0) - expected) < 0.02, `${hits[0]?.score} is about ${expected}`);
  }));

test("a masked cue is completed from what is stored, part by part", () =>
  withSpace(async (space) => {
    await fill(space);
    const whole = member(2, 5);
    const known = Uint8Array.from(whole, (_, i) => (i % 2 === 0 ? 1 : 0));
    const [best] = await space.memory.complete({vector: whole, known});
    assert.ok(best, "there is a hypothesis");
    assert.ok(best.match >= 0.7);
    assert.equal(best.sources.filter((source) => source === "given").length, DIMENSION / 2);
    const length = Math.hypot(...whole);
    const error = Math.hypot(...whole.map((value, i) => value / length - (best.vector[i] as number)));
    assert.ok(error < 0.5, `the error is ${error}`);
  }));

test("nothing is invented for a cue that resembles nothing", () =>
  withSpace(async (space) => {
    await fill(space);
    const odd = new Float32Array(DIMENSION);
    odd[30] = 1;
    assert.deepEqual(await space.memory.complete({vector: odd}), []);
  }));

test("what was stored is old, what resembles nothing is new", () =>
  withSpace(async (space) => {
    await fill(space);
    const odd = new Float32Array(DIMENSION);
    odd[30] = 1;
    assert.equal((await space.memory.recognise(member(1, 1))).old, true);
    assert.equal((await space.memory.recognise(odd)).old, false);
  }));

test("a calibration makes raw scores into its probabilities, also after a restart", () =>
  withSpace(async (space, reopen) => {
    await fill(space);
    await space.memory.configure({
      calibration: {scores: Float32Array.of(0, 1), probabilities: Float32Array.of(0.1, 0.6)},
    });
    const again = await reopen();
    const {hits} = await again.memory.answer({vector: member(0, 0)}, {mode: "similar", k: 1});
    assert.ok(Math.abs((hits[0]?.confidence ?? 0) - 0.6) < 1e-3);
  }));

test("completions have a calibration of their own, also after a restart, and still exclude each other", () =>
  withSpace(async (space, reopen) => {
    await fill(space);
    const flat = {scores: Float32Array.of(0, 1), probabilities: Float32Array.of(0.9, 0.9)};
    const cue = {vector: Float32Array.from(member(2, 5), (value, i) => value + (member(3, 5)[i] as number))};
    const before = await space.memory.answer(cue, {mode: "similar", k: 1});
    await space.memory.configure({completions: flat});
    const again = await reopen();
    const found = await again.memory.complete(cue, {gate: 0.5});
    const sum = found.reduce((total, {confidence}) => total + confidence, 0);
    assert.ok(
      found.length > 0 && Math.abs(sum - Math.min(1, 0.9 * found.length)) < 1e-6,
      `the sum is ${sum}`,
    );
    assert.deepEqual(await again.memory.answer(cue, {mode: "similar", k: 1}), before);
  }));

test("bad cues, modes, times and calibrations are refused by name", () =>
  withSpace(async (space) => {
    await fill(space);
    const {memory} = space;
    const vector = member(0, 0);
    await assert.rejects(memory.answer({}), InvalidArgumentError);
    await assert.rejects(memory.answer({ids: ["nobody"]}), NotFoundError);
    await assert.rejects(memory.answer({vector}, {k: 0}), InvalidArgumentError);
    await assert.rejects(memory.answer({vector}, {k: 257}), InvalidArgumentError);
    await assert.rejects(memory.answer({vector}, {mode: "loud" as "similar"}), InvalidArgumentError);
    await assert.rejects(memory.answer({vector}, {now: Number.NaN, mode: "similar"}), InvalidArgumentError);
    await assert.rejects(memory.consolidate(Number.POSITIVE_INFINITY), InvalidArgumentError);
    await assert.rejects(memory.consolidate(0, {merge: 2}), InvalidArgumentError);
    await assert.rejects(memory.touch(["c0-0"], Number.NaN), InvalidArgumentError);
    await assert.rejects(memory.complete({vector, known: new Uint8Array(3)}), InvalidArgumentError);
    await assert.rejects(memory.complete({vector, known: new Uint8Array(DIMENSION)}), InvalidArgumentError);
    await assert.rejects(memory.configure({decay: {powerTau: 0}}), InvalidArgumentError);
    const falling = {scores: Float32Array.of(0, 1), probabilities: Float32Array.of(0.6, 0.1)};
    await assert.rejects(memory.configure({calibration: falling}), InvalidArgumentError);
    await assert.rejects(memory.configure({completions: falling}), InvalidArgumentError);
  }));
