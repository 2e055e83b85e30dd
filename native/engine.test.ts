import assert from "node:assert/strict";
import {fork} from "node:child_process";
import {once} from "node:events";
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {fileURLToPath} from "node:url";
import {
  ConflictError,
  DamagedError,
  Engine,
  InvalidArgumentError,
  NotFoundError,
  type Space,
} from "./engine.ts";

async function inSpace(use: (space: Space, directory: string, engine: Engine) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), "engram-test-"));
  const engine = await Engine.open(directory);
  try {
    await use(await engine.space("test", {dimension: 3}), directory, engine);
  } finally {
    await engine.close();
    rmSync(directory, {recursive: true});
  }
}

const east = Float32Array.of(1, 0, 0);
const north = Float32Array.of(0, 1, 0);

test("what is stored is recalled by its direction and read back whole", () =>
  inSpace(async (space) => {
    await space.store({
      id: "a",
      embedding: east,
      at: 5,
      content: "to the east",
      attributes: {warm: true, n: 2},
    });
    await space.store({id: "b", embedding: north});
    const hits = await space.recall({vector: Float32Array.of(2, 0.1, 0), k: 1});
    assert.deepEqual(hits.ids, ["a"]);
    assert.deepEqual(space.get("a"), {
      id: "a",
      embedding: east,
      at: 5,
      content: "to the east",
      attributes: {warm: true, n: 2},
      confidence: 1,
      strength: 1,
    });
    const ordinals = new Uint32Array(2);
    const scores = new Float32Array(2);
    assert.equal(space.recallSync({vector: north, k: 2}, ordinals, scores), 2);
    assert.deepEqual(space.ids(ordinals), ["b", "a"]);
  }));

test("a prepared recall finds what a recall finds, cue after cue, and sees what was stored since", () =>
  inSpace(async (space) => {
    await space.store({id: "a", embedding: east});
    const prepared = space.prepareRecall({k: 2});
    prepared.vector.set(north);
    assert.equal(prepared.recall(), 1);
    await space.store({id: "b", embedding: north, attributes: {warm: true}});
    for (const [cue, ids] of [
      [north, ["b", "a"]],
      [east, ["a", "b"]],
    ] as const) {
      prepared.vector.set(cue);
      assert.equal(prepared.recall(), 2);
      assert.deepEqual(space.ids(prepared.ordinals), ids);
      assert.deepEqual([...prepared.scores], [1, 0]);
    }
    const warm = space.prepareRecall({k: 2, exact: true, where: {key: "warm", equals: true}});
    warm.vector.set(east);
    assert.equal(warm.recall(), 1);
    assert.deepEqual(space.ids(warm.ordinals.subarray(0, 1)), ["b"]);
  }));

test("a prepared recall refuses options and cues that cannot be", () =>
  inSpace(async (space) => {
    await space.store({id: "a", embedding: east});
    for (const k of [0, -1, 1.5, 10_001, Number.NaN])
      assert.throws(() => space.prepareRecall({k}), InvalidArgumentError);
    const prepared = space.prepareRecall();
    assert.equal(prepared.ordinals.length, 10);
    assert.throws(() => prepared.recall(), InvalidArgumentError); // a cue of zeros
    prepared.vector.set([Number.NaN, 0, 0]);
    assert.throws(() => prepared.recall(), InvalidArgumentError);
    prepared.vector.set(east);
    assert.equal(prepared.recall(), 1);
  }));

test("the arrays of a prepared recall cannot be transferred away from it", () =>
  inSpace(async (space) => {
    await space.store({id: "a", embedding: east});
    const prepared = space.prepareRecall();
    prepared.vector.set(east);
    const buffer = prepared.vector.buffer as ArrayBuffer;
    try {
      structuredClone(buffer, {transfer: [buffer]}); // Node 20 copies it, later ones refuse
    } catch (error) {
      assert.equal((error as Error).name, "DataCloneError");
    }
    assert.deepEqual(prepared.vector, east);
    assert.equal(prepared.recall(), 1);
  }));

test("edges carry activation and reach", () =>
  inSpace(async (space) => {
    await space.storeBatch({ids: ["a", "b", "c"]});
    await space.linkBatch({from: ["a", "b"], to: ["b", "c"], relation: "next"});
    assert.deepEqual((await space.spread({seeds: {ids: ["a"]}})).ids.slice(0, 2), ["a", "b"]);
    assert.deepEqual(space.ids(await space.reach({id: "a", hops: 2})), ["b", "c"]);
    assert.deepEqual(space.ids(space.reachSync({id: "c", hops: 1, direction: "in"})), ["b"]);
    await space.unlink({from: "b", to: "c", relation: "next"});
    assert.equal((await space.reach({id: "a", hops: 2})).length, 1);
    await space.unlinkBatch({from: ["a", "c"], to: ["b", "a"], relation: "next"});
    assert.equal((await space.reach({id: "a", hops: 2})).length, 0);
    await assert.rejects(space.unlinkBatch({from: ["a"], to: [], relation: "next"}), InvalidArgumentError);
  }));

test("spreading in this thread gives the strongest as the other does, and revisits count as told", () =>
  inSpace(async (space) => {
    await space.storeBatch({ids: ["a", "b", "c", "d"]});
    const from = ["a", "a", "b", "c"];
    await space.linkBatch({
      from,
      to: ["b", "c", "c", "d"],
      relation: "next",
      weights: Float32Array.of(1, 0.5, 1, 1),
    });
    const strongest = new Uint32Array(3);
    assert.equal(space.spreadSync({id: "a", depth: 2, fan: "none"}, strongest), 3);
    const {ids} = await space.spread({seeds: {ids: ["a"]}, depth: 2, fan: "none"});
    assert.deepEqual(space.ids(strongest), ids.slice(0, 3));
    // c has w·e^(−.7) = .248 at once and e^(−2.1) = .122 by way of b, b has .497: enough at full count for no more.
    assert.deepEqual(space.ids(strongest), ["a", "b", "c"]);
    assert.equal(space.spreadSync({id: "a", depth: 1, fan: "none"}, new Uint32Array(9)), 3);
    assert.throws(() => space.spreadSync({id: "none"}, strongest), NotFoundError);
  }));

test("bad input is a typed error that names the value and stores nothing", () =>
  inSpace(async (space, directory) => {
    const nan = Float32Array.of(1, Number.NaN, 0);
    await assert.rejects(space.store({id: "x", embedding: nan}), (error: InvalidArgumentError) => {
      assert.ok(error instanceof InvalidArgumentError);
      assert.match(error.message, /"x" holds nan at index 1/);
      assert.ok(error.remedy.length > 0);
      return true;
    });
    await assert.rejects(space.store({id: "x", embedding: new Float32Array(3)}), /zero vector/);
    await assert.rejects(space.store({id: "x", embedding: new Float32Array(4)}), /4 values for 1 episodes/);
    await assert.rejects(space.store({id: "", embedding: east}), /id ""/);
    await assert.rejects(
      space.storeBatch({ids: ["ok", "x".repeat(256)], embeddings: new Float32Array(6).fill(1)}),
      /id/,
    );
    await assert.rejects(space.recall({vector: east, k: 0}), /k is 0/);
    await assert.rejects(space.recall({vector: east, k: -1}), /k is -1/);
    await assert.rejects(space.recall({vector: Float32Array.of(1)}), /1 dimensions, the space has 3/);
    await assert.rejects(space.link({from: "no", to: "one", relation: "r"}), NotFoundError);
    await assert.rejects(Engine.open(directory), ConflictError);
    assert.equal(space.stats().episodes, 0);
  }));

test("a space keeps its dimension", () =>
  inSpace(async (_space, _directory, engine) => {
    await assert.rejects(engine.space("test", {dimension: 4}), ConflictError);
    await assert.rejects(engine.space("../out", {dimension: 3}), InvalidArgumentError);
    assert.deepEqual(engine.spaces(), ["test"]);
  }));

test("after SIGKILL in mid-write every acknowledged store is there", async () => {
  const directory = mkdtempSync(join(tmpdir(), "engram-kill-"));
  try {
    for (let round = 0; round < 3; round++) {
      const child = fork(
        fileURLToPath(new URL("./kill.fixture.ts", import.meta.url)),
        [directory, String(round)],
        {
          execArgv: ["--import", "tsx"],
        },
      );
      const acknowledged: string[] = [];
      child.on("message", (id: string) => {
        acknowledged.push(id);
        if (acknowledged.length === 60) child.kill("SIGKILL");
      });
      await once(child, "exit");
      assert.ok(acknowledged.length >= 60);
      const engine = await Engine.open(directory);
      const space = await engine.space("test", {dimension: 3});
      assert.deepEqual(
        acknowledged.filter((id) => space.get(id) === undefined),
        [],
      );
      await engine.close();
    }
  } finally {
    rmSync(directory, {recursive: true});
  }
});

test("damage in the middle of the log is never cut: the space opens read-only and says so", async () => {
  const directory = mkdtempSync(join(tmpdir(), "engram-damage-"));
  try {
    const first = await Engine.open(directory);
    const space = await first.space("test", {dimension: 3});
    for (let index = 0; index < 15; index++) await space.store({id: `e${index}`, embedding: east});
    await first.close();
    const folder = join(directory, "test");
    const log = readdirSync(folder)
      .map((name) => join(folder, name))
      .sort((a, b) => readFileSync(b).length - readFileSync(a).length)[0] as string;
    const bytes = readFileSync(log);
    const at = bytes.indexOf("e6");
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(log, bytes);

    const second = await Engine.open(directory);
    const damaged = await second.space("test", {dimension: 3});
    assert.ok(damaged.damage instanceof DamagedError);
    await assert.rejects(damaged.store({id: "new", embedding: east}));
    await second.close();
    assert.deepEqual(readFileSync(log), bytes, "the damaged log was left as it was");
  } finally {
    rmSync(directory, {recursive: true});
  }
});

test("after a snapshot the same state opens, and the log it replaces is gone", async () => {
  const directory = mkdtempSync(join(tmpdir(), "engram-test-"));
  try {
    const first = await Engine.open(directory);
    const space = await first.space("test", {dimension: 3});
    await space.storeBatch({
      ids: ["a", "b", "c"],
      embeddings: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      contents: ["x".repeat(5_000), "", ""],
    });
    await space.link({from: "a", to: "b", relation: "near", weight: -0.5, at: 7});
    const files = () => readdirSync(join(directory, "test")).sort();
    assert.deepEqual(files(), ["log-0000000000000001", "mark", "space"]);
    await space.snapshot();
    assert.deepEqual(files(), ["log-0000000000000003", "mark", "snapshot", "space"]);
    await space.forget(["c"]);
    await space.verify();
    const digest = await space.digest();
    await first.close();
    const second = await Engine.open(directory);
    const again = await second.space("test", {dimension: 3});
    await again.verify();
    assert.equal(await again.digest(), digest);
    assert.deepEqual(again.edges("a"), [{to: "b", relation: "near", weight: -0.5, at: 7}]);
    await second.close();
  } finally {
    rmSync(directory, {recursive: true});
  }
});

test("a scan goes through all ids in order, page by page", () =>
  inSpace(async (space) => {
    await space.storeBatch({ids: ["c", "a", "b"]});
    const first = space.scan({limit: 2});
    assert.deepEqual(
      first.map(({id}) => id),
      ["a", "b"],
    );
    assert.deepEqual(
      space.scan({after: "b"}).map(({id}) => id),
      ["c"],
    );
    assert.throws(() => space.scan({limit: -1}), InvalidArgumentError);
  }));

test("forgetting may weaken instead of delete, by a factor in range", () =>
  inSpace(async (space) => {
    await space.store({id: "a", embedding: east});
    await space.forget(["a", "unknown"], {weaken: 0.25});
    assert.equal(space.get("a")?.strength, 0.25);
    await assert.rejects(space.forget(["a"], {weaken: 2}), InvalidArgumentError);
    await space.forget(["a"]);
    assert.equal(space.get("a"), undefined);
  }));
