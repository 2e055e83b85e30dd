// The rest of the contract from TypeScript: filters, order by time, changes, keys, backups, metrics.
import assert from "node:assert/strict";
import {copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {
  type Change,
  CompactedError,
  ConflictError,
  DamagedError,
  Engine,
  type EngineOptions,
  NotFoundError,
  type Space,
} from "./engine.ts";

interface Given {
  space: Space;
  engine: Engine;
  directory: string;
}

async function inSpace(use: (given: Given) => Promise<void>, options: EngineOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), "engram-contract-"));
  const engine = await Engine.open(join(directory, "engine"), options);
  try {
    await use({space: await engine.space("test", {dimension: 3}), engine, directory});
  } finally {
    await engine.close();
    rmSync(directory, {recursive: true});
  }
}

const east = Float32Array.of(1, 0, 0);

async function fill(space: Space, count: number) {
  await space.storeBatch({
    ids: Array.from({length: count}, (_, i) => `e${i}`),
    embeddings: Float32Array.from({length: count * 3}, (_, i) => Math.sin(i) + (i % 3 === 0 ? 0.1 : 0)),
    at: Float64Array.from({length: count}, (_, i) => i * 1000),
    attributes: Array.from({length: count}, (_, i) => ({
      kind: i % 2 === 0 ? "even" : "odd",
      n: i,
      ...(i % 5 === 0 ? {fifth: true} : {}),
    })),
    confidences: Float64Array.from({length: count}, (_, i) => (i === 8 ? 0.1 : 1)),
  });
}

async function take(stream: AsyncGenerator<Change>, count: number): Promise<Change[]> {
  const taken: Change[] = [];
  for await (const change of stream) {
    taken.push(change);
    if (taken.length === count) break;
  }
  return taken;
}

test("a recall answers only with what meets its filter, best first", () =>
  inSpace(async ({space}) => {
    await fill(space, 60);
    const hits = await space.recall({
      vector: east,
      k: 60,
      where: {
        all: [
          {key: "kind", equals: "even"},
          {key: "n", min: 10, max: 40},
          {not: {key: "fifth", exists: true}},
        ],
      },
      from: 12_000,
    });
    const expected = Array.from({length: 60}, (_, i) => i).filter(
      (i) => i % 2 === 0 && i >= 12 && i <= 40 && i % 5 !== 0,
    );
    assert.deepEqual(
      hits.ids.map((id) => Number(id.slice(1))).sort((a, b) => a - b),
      expected,
    );
    assert.deepEqual(
      [...hits.scores],
      [...hits.scores].sort((a, b) => b - a),
    );
    const any = await space.recall({
      vector: east,
      k: 60,
      where: {
        any: [
          {key: "n", in: [3, 5]},
          {key: "n", max: 0},
        ],
      },
    });
    assert.deepEqual(any.ids.sort(), ["e0", "e3", "e5"]);
    const ordinals = new Uint32Array(60);
    const found = space.recallSync(
      {vector: east, k: 60, where: {key: "n", in: [3, 5]}},
      ordinals,
      new Float32Array(60),
    );
    assert.deepEqual(space.ids(ordinals.subarray(0, found)).sort(), ["e3", "e5"]);
  }));

test("a cue without a vector answers with the newest that meet it", () =>
  inSpace(async ({space}) => {
    await fill(space, 20);
    const even = await space.recall({
      where: {key: "kind", equals: "even"},
      minConfidence: 0.5,
      until: 10_000,
      k: 3,
    });
    assert.deepEqual(even.ids, ["e10", "e6", "e4"]);
    assert.deepEqual((await space.recall({from: 4_000, until: 5_000})).ids, ["e5", "e4"]);
  }));

test("a scan by time goes through all of a span, oldest first, page by page", () =>
  inSpace(async ({space}) => {
    await fill(space, 10);
    const ids: string[] = [];
    let after: {at: number; ordinal: number} | null = null;
    do {
      const page = space.scanTime({from: 2_000, until: 8_000, after, limit: 3});
      ids.push(...page.episodes.map(({id}) => id));
      after = page.next;
    } while (after !== null);
    assert.deepEqual(ids, ["e2", "e3", "e4", "e5", "e6", "e7", "e8"]);
  }));

test("a watch tells the past, then what comes, every change once and whole", () =>
  inSpace(async ({space}) => {
    await space.store({id: "a", embedding: east, content: "first", attributes: {n: 1}}, {now: 5_000});
    await space.storeBatch({ids: ["b", "c"]}, {now: 6_000, key: "batch"});
    const stream = take(space.watch({from: 1}), 6);
    await space.link({from: "a", to: "b", relation: "near", weight: 0.5, at: 7});
    await space.unlink({from: "a", to: "b", relation: "near"});
    await space.forget(["c"], {weaken: 0.5, durability: "async"});
    await space.forget(["c"], {durability: "async"});
    const seen = await stream;
    assert.deepEqual(
      seen.map(({sequence, kind}) => [sequence, kind]),
      [
        [1, "store"],
        [2, "store"],
        [3, "link"],
        [4, "unlink"],
        [5, "weaken"],
        [6, "forget"],
      ],
    );
    assert.deepEqual(seen[0], {
      sequence: 1,
      at: 5_000,
      kind: "store",
      episodes: [{id: "a", embedding: east, at: 0, content: "first", attributes: {n: 1}, confidence: 1}],
    });
    assert.equal(seen[1]?.key, "batch");
    assert.deepEqual(seen[2]?.kind === "link" && seen[2].edges, [{from: "a", to: "b", weight: 0.5}]);
  }));

test("a watch ends when its signal aborts, also while it waits, and when the engine closes", () =>
  inSpace(async ({space, engine}) => {
    const control = new AbortController();
    const waiting = take(space.watch({signal: control.signal}), 1);
    setImmediate(() => control.abort());
    assert.deepEqual(await waiting, []);
    const open = take(space.watch(), 1);
    setImmediate(() => void engine.close());
    assert.deepEqual(await open, []);
  }));

test("many watchers behind a fast writer miss nothing", () =>
  inSpace(async ({space}) => {
    const count = 400;
    const watchers = Array.from({length: 3}, () => take(space.watch({from: 1}), count));
    for (let i = 0; i < count; i++)
      await space.store({id: `e${i}`}, {durability: i % 7 === 0 ? "group" : "async"});
    for (const watcher of watchers)
      assert.deepEqual(
        (await watcher).map(({sequence}) => sequence),
        Array.from({length: count}, (_, i) => i + 1),
      );
  }));

test("a watch of what a snapshot replaced says where the log begins now; retention keeps it", async () => {
  await inSpace(async ({space}) => {
    await fill(space, 3);
    await space.snapshot();
    await assert.rejects(take(space.watch({from: 1}), 1), (error: CompactedError) => {
      assert.ok(error instanceof CompactedError);
      assert.equal(error.sequence, 2);
      return true;
    });
    assert.equal(space.stats().firstSequence, 2);
  });
  await inSpace(
    async ({space}) => {
      await fill(space, 3);
      await space.snapshot();
      assert.equal((await take(space.watch({from: 1}), 1))[0]?.kind, "store");
    },
    {retainBytes: 1 << 26},
  );
});

test("a key makes a repetition of any write answer as the first time, also after reopening", () =>
  inSpace(async ({space, engine, directory}) => {
    const first = await space.store({id: "a"}, {key: "k1"});
    await space.forget(["a"], {key: "k2"});
    assert.deepEqual(await space.store({id: "a"}, {key: "k1"}), first);
    await engine.close();
    const again = await Engine.open(join(directory, "engine"));
    const reopened = await again.space("test");
    assert.deepEqual(await reopened.store({id: "a"}, {key: "k1"}), first);
    assert.equal(reopened.get("a"), undefined);
    await assert.rejects(reopened.store({id: "b"}, {key: "k1"}), ConflictError);
    assert.equal(reopened.stats().idempotencyKeys, 2);
    await again.close();
  }));

test("a backup is restored to its end, a record or a time, with the digest the space had then", () =>
  inSpace(async ({space, engine, directory}) => {
    const digests: string[] = [await space.digest()];
    for (let i = 1; i <= 6; i++) {
      await space.store({id: `e${i % 4}`, embedding: Float32Array.of(1, i, 0)}, {now: i * 1_000});
      digests.push(await space.digest());
      if (i === 3) await space.backup(join(directory, "backup"));
    }
    const {sequence, addedBytes, bytes} = await space.backup(join(directory, "backup"));
    assert.equal(sequence, 6);
    assert.ok(addedBytes > 0 && addedBytes < bytes);
    assert.equal((await engine.verifyBackup(join(directory, "backup"))).sequence, 6);
    const restores: [string, {sequence?: number; time?: number}, number][] = [
      ["end", {}, 6],
      ["record", {sequence: 2}, 2],
      ["moment", {time: 4_500}, 4],
    ];
    for (const [id, point, expected] of restores) {
      const restored = await engine.restore(id, join(directory, "backup"), point);
      assert.equal(restored.sequence, expected);
      const made = await engine.space(id);
      await made.verify();
      assert.equal(await made.digest(), digests[expected]);
    }
    await assert.rejects(engine.restore("end", join(directory, "backup")), ConflictError);
    await assert.rejects(engine.restore("late", join(directory, "backup"), {sequence: 7}), NotFoundError);
  }));

test("a backup that is not sound is refused with the reason, and a damaged space made whole by a sound one", () =>
  inSpace(async ({space, engine, directory}) => {
    const backup = join(directory, "backup");
    for (let i = 0; i < 10; i++) await space.store({id: `e${i}`, content: `content ${i}`});
    await space.backup(backup);
    await space.store({id: "later", embedding: east});
    const digest = await space.digest();
    const piece = join(backup, readdirSync(backup).find((name) => name.startsWith("log-")) ?? "");
    copyFileSync(piece, join(directory, "kept"));
    const bytes = readFileSync(piece);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4;
    writeFileSync(piece, bytes);
    await assert.rejects(engine.verifyBackup(backup), (error: DamagedError) => {
      assert.ok(error instanceof DamagedError);
      assert.match(error.message, /checksum/);
      return true;
    });
    await assert.rejects(engine.restore("refused", backup), DamagedError);
    assert.deepEqual(engine.spaces(), ["test"]);
    copyFileSync(join(directory, "kept"), piece);

    await engine.close();
    const folder = join(directory, "engine", "test");
    const log = join(folder, readdirSync(folder).find((name) => name.startsWith("log-")) ?? "");
    const damaged = readFileSync(log);
    const at = damaged.indexOf("content 4");
    damaged[at] = 0;
    writeFileSync(log, damaged);
    const second = await Engine.open(join(directory, "engine"));
    const readOnly = await second.space("test");
    assert.ok(readOnly.damage instanceof DamagedError);
    assert.equal(readOnly.stats().writable, false);
    assert.equal(readOnly.get("e3")?.content, "content 3", "reads go on");
    assert.equal((await readOnly.recall({})).length, 4);
    for (const write of [
      () => readOnly.store({id: "x"}),
      () => readOnly.forget(["e1"]),
      () => readOnly.link({from: "e1", to: "e2", relation: "r"}),
      () => readOnly.unlink({from: "e1", to: "e2", relation: "r"}),
      () => readOnly.snapshot(),
    ])
      await assert.rejects(write(), DamagedError);
    const {salvaged} = await second.restore("whole", backup, {salvage: "test"});
    assert.equal(salvaged, 1);
    assert.equal(await (await second.space("whole")).digest(), digest);
    await second.close();
  }));

test("what is forgotten is on no file after a snapshot", () =>
  inSpace(async ({space, directory}) => {
    const traces = ["secret-id", "secret content", "secret-tag"];
    await space.store({
      id: "secret-id",
      embedding: Float32Array.of(0.123, 0.456, 0.789),
      content: "secret content",
      attributes: {tag: "secret-tag"},
    });
    await space.store({id: "kept"});
    const folder = join(directory, "engine", "test");
    const found = () => {
      const all = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
      const vector = Buffer.from(Float32Array.of(0.123, 0.456, 0.789).buffer);
      return [...traces, vector].filter((trace) => all.includes(trace)).length;
    };
    assert.equal(found(), 4);
    await space.forget(["secret-id"]);
    await space.snapshot();
    assert.equal(found(), 0);
  }));

test("metrics count every operation in its histogram", () =>
  inSpace(async ({space}) => {
    await fill(space, 10);
    for (let i = 0; i < 5; i++) await space.recall({vector: east});
    space.get("e1");
    const {operations, bucketBegins} = space.metrics();
    const count = (name: string) => operations[name]?.counts.reduce((sum, one) => sum + one, 0);
    assert.deepEqual([count("store"), count("recall"), count("get"), count("forget")], [1, 5, 1, 0]);
    assert.ok((count("sync") ?? 0) >= 1);
    assert.ok((operations.recall?.sum ?? 0) > 0);
    assert.ok(bucketBegins.every((begin, i) => i === 0 || begin > (bucketBegins[i - 1] ?? 0)));
  }));
