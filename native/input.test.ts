// Bad input of every kind: a typed error that names the value, and a state that has not changed. Faults of the disk
// that need root are told as skipped where this user may not make them.
import assert from "node:assert/strict";
import {fork, spawnSync} from "node:child_process";
import {once} from "node:events";
import {existsSync, mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {getuid} from "node:process";
import {test} from "node:test";
import {fileURLToPath} from "node:url";
import {
  type Condition,
  ConflictError,
  Engine,
  EngramError,
  InvalidArgumentError,
  NotFoundError,
  type Space,
  StorageError,
} from "./engine.ts";

async function inSpace(use: (space: Space, engine: Engine, directory: string) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), "engram-input-"));
  const engine = await Engine.open(directory);
  try {
    const space = await engine.space("test", {dimension: 3});
    await space.storeBatch({ids: ["a", "b"], embeddings: Float32Array.of(1, 0, 0, 0, 1, 0)});
    await use(space, engine, directory);
  } finally {
    await engine.close();
    rmSync(directory, {recursive: true});
  }
}

const east = Float32Array.of(1, 0, 0);
const ones = (count: number) => new Float32Array(count).fill(1);
/** What TypeScript would not let through: as a caller without types, or with data from elsewhere, sends it. */
const raw = <T>(value: unknown) => value as T;

interface Bad {
  what: string;
  run: (space: Space, engine: Engine) => unknown;
  names: RegExp;
  as?: abstract new (...args: never[]) => EngramError;
}

const BAD: Bad[] = [
  {
    what: "an embedding of another dimension",
    run: (s) => s.store({id: "x", embedding: ones(4)}),
    names: /4 values/,
  },
  {
    what: "NaN in a batch behind good ones",
    run: (s) => s.storeBatch({ids: ["x", "y"], embeddings: Float32Array.of(1, 0, 0, 1, Number.NaN, 0)}),
    names: /"y" holds nan at index 1/,
  },
  {
    what: "an infinite value",
    run: (s) => s.store({id: "x", embedding: Float32Array.of(1, Infinity, 0)}),
    names: /inf at index 1/,
  },
  {
    what: "a zero vector",
    run: (s) => s.store({id: "x", embedding: new Float32Array(3)}),
    names: /"x" is a zero vector/,
  },
  {what: "an empty id", run: (s) => s.store({id: ""}), names: /id ""/},
  {what: "an id of 256 bytes", run: (s) => s.store({id: "x".repeat(256)}), names: /id "xxx/},
  {
    what: "an id of 128 characters and 256 bytes",
    run: (s) => s.store({id: "é".repeat(128)}),
    names: /255 bytes/,
  },
  {what: "an id with a line break", run: (s) => s.store({id: "a\nb"}), names: /id "a\\x0ab"|id "a/},
  {what: "an id with a zero byte", run: (s) => s.store({id: "a\0b"}), names: /id "a/},
  {what: "an id with half a surrogate pair", run: (s) => s.store({id: "a\ud800"}), names: /ids .*surrogate/},
  {
    what: "content with half a surrogate pair",
    run: (s) => s.store({id: "x", content: "\udc00"}),
    names: /contents .*surrogate/,
  },
  {
    what: "content of more than a megabyte",
    run: (s) => s.store({id: "x", content: "c".repeat(2 ** 20 + 1)}),
    names: /1048577 bytes/,
  },
  {what: "a number for an id", run: (s) => s.store({id: raw<string>(7)}), names: /ids is 7/},
  {
    what: "an array for an embedding",
    run: (s) => s.store({id: "x", embedding: raw<Float32Array>([1, 0, 0])}),
    names: /embeddings is an array/,
  },
  {
    what: "float64 for an embedding",
    run: (s) => s.store({id: "x", embedding: raw<Float32Array>(Float64Array.of(1, 0, 0))}),
    names: /embeddings is a typed array of another type/,
  },
  {
    what: "a time that is not a number",
    run: (s) => s.store({id: "x", at: Number.NaN}),
    names: /time of "x" is nan/,
  },
  {what: "a time beyond any date", run: (s) => s.store({id: "x", at: 1e20}), names: /time of "x" is 1000/},
  {
    what: "a confidence above one",
    run: (s) => s.store({id: "x", confidence: 1.5}),
    names: /confidence of "x" is 1.5/,
  },
  {
    what: "an attribute that is an object",
    run: (s) => s.store({id: "x", attributes: raw({deep: {er: 1}})}),
    names: /attribute "deep" is an object/,
  },
  {
    what: "an attribute that is null",
    run: (s) => s.store({id: "x", attributes: raw({none: null})}),
    names: /attribute "none" is null/,
  },
  {
    what: "an attribute that is infinite",
    run: (s) => s.store({id: "x", attributes: {n: Infinity}}),
    names: /attribute "n" is inf/,
  },
  {
    what: "an attribute without a name",
    run: (s) => s.store({id: "x", attributes: {"": 1}}),
    names: /attribute key ""/,
  },
  {
    what: "more than 64 attributes",
    run: (s) =>
      s.store({id: "x", attributes: Object.fromEntries(Array.from({length: 65}, (_, i) => [`k${i}`, i]))}),
    names: /65 attributes/,
  },
  {
    what: "attributes of more than 64 KiB",
    run: (s) => s.store({id: "x", attributes: {long: "x".repeat(70_000)}}),
    names: /attributes of 700/,
  },
  {
    what: "columns of different lengths",
    run: (s) => s.storeBatch({ids: ["x", "y"], contents: ["one"]}),
    names: /contents has 1 entries for 2/,
  },
  {
    what: "a batch of more than a million",
    run: (s) => s.storeBatch({ids: new Array<string>(2 ** 20 + 1).fill("x")}),
    names: /1048577 entries/,
  },
  {
    what: "a durability there is not",
    run: (s) => s.store({id: "x"}, {durability: raw("never")}),
    names: /durability is "never"/,
  },
  {what: "a now that is not finite", run: (s) => s.store({id: "x"}, {now: -Infinity}), names: /now is -inf/},
  {
    what: "a key of 256 bytes",
    run: (s) => s.store({id: "x"}, {key: "k".repeat(256)}),
    names: /idempotency key "kkk/,
  },
  {
    what: "an edge to nobody",
    run: (s) => s.link({from: "a", to: "nobody", relation: "r"}),
    names: /"nobody"/,
    as: NotFoundError,
  },
  {
    what: "a batch of edges with one to nobody",
    run: (s) => s.linkBatch({from: ["a", "a"], to: ["b", "nobody"], relation: "r"}),
    names: /"nobody"/,
    as: NotFoundError,
  },
  {
    what: "a weight above one",
    run: (s) => s.link({from: "a", to: "b", relation: "r", weight: 1.5}),
    names: /weight of "a" to "b" is 1.5/,
  },
  {
    what: "a weight that is no number",
    run: (s) => s.link({from: "a", to: "b", relation: "r", weight: Number.NaN}),
    names: /weight .* is nan/,
  },
  {what: "an empty relation", run: (s) => s.link({from: "a", to: "b", relation: ""}), names: /relation ""/},
  {
    what: "a relation of 65 bytes",
    run: (s) => s.unlink({from: "a", to: "b", relation: "r".repeat(65)}),
    names: /relation "rrr/,
  },
  {
    what: "edges at no time",
    run: (s) => s.link({from: "a", to: "b", relation: "r", at: Number.NaN}),
    names: /time of the edges is nan/,
  },
  {what: "a factor of weakening above one", run: (s) => s.forget(["a"], {weaken: 2}), names: /factor is 2/},
  {what: "an id to forget that is none", run: (s) => s.forget(["a", ""]), names: /id ""/},
  {what: "k of nothing", run: (s) => s.recall({vector: east, k: 0}), names: /k is 0/},
  {what: "k below nothing", run: (s) => s.recall({vector: east, k: -1}), names: /k is -1/},
  {what: "k in halves", run: (s) => s.recall({vector: east, k: 1.5}), names: /k is 1.5/},
  {what: "a huge k", run: (s) => s.recall({vector: east, k: 10_001}), names: /k is 10001/},
  {what: "k beyond 32 bits", run: (s) => s.recall({vector: east, k: 2 ** 40}), names: /k is 1099511627776/},
  {
    what: "a cue of another dimension",
    run: (s) => s.recall({vector: ones(2)}),
    names: /2 dimensions, the space has 3/,
  },
  {
    what: "a cue without direction",
    run: (s) => s.recall({vector: new Float32Array(3)}),
    names: /zero vector/,
  },
  {what: "a cue that is text", run: (s) => s.recall({vector: raw("east")}), names: /vector is "east"/},
  {
    what: "a filter over a backward range",
    run: (s) => s.recall({where: {key: "n", min: 2, max: 1}}),
    names: /"n" is 2\.0+ to 1/,
  },
  {
    what: "a filter with no condition in it",
    run: (s) => s.recall({where: raw<Condition>({key: "n"})}),
    names: /condition of the filter/,
  },
  {what: "a filter that is text", run: (s) => s.recall({where: raw<Condition>("n > 1")}), names: /"n > 1"/},
  {
    what: "a filter without end",
    run: (s) => {
      const endless: {not?: unknown} = {};
      endless.not = endless;
      return s.recall({where: raw<Condition>(endless)});
    },
    names: /nests deeper than/,
  },
  {what: "a time span backwards", run: (s) => s.recall({from: 2, until: 1}), names: /time is 2\.0+ to 1/},
  {
    what: "a confidence to ask for above one",
    run: (s) => s.recall({minConfidence: 2}),
    names: /minimum confidence is 2/,
  },
  {what: "no seeds", run: (s) => s.spread({seeds: {ids: []}}), names: /0 seeds/},
  {
    what: "a seed that is not there",
    run: (s) => s.spread({seeds: {ids: ["nobody"]}}),
    names: /"nobody"/,
    as: NotFoundError,
  },
  {what: "too deep a spread", run: (s) => s.spread({seeds: {ids: ["a"]}, depth: 9}), names: /depth is 9/},
  {what: "too many hops", run: (s) => s.reach({id: "a", hops: 4}), names: /hops is 4/},
  {what: "a negative limit", run: async (s) => s.scan({limit: -1}), names: /limit is -1/},
  {what: "a watch from the future", run: (s) => s.watch({from: 99}).next(), names: /sequence 99/},
  {what: "a watch from nothing", run: (s) => s.watch({from: 0}).next(), names: /sequence 0/},
  {what: "ids of no ordinals", run: async (s) => s.ids(raw<Uint32Array>([1])), names: /ordinals is an array/},
  {
    what: "a space that is not there",
    run: (_, e) => e.space("nothing"),
    names: /no space "nothing"/,
    as: NotFoundError,
  },
  {what: "a space id with a slash", run: (_, e) => e.space("../out", {dimension: 3}), names: /"\.\.\/out"/},
  {what: "a dimension of one", run: (_, e) => e.space("new", {dimension: 1}), names: /dimension 1 /},
  {what: "a dimension of 4,097", run: (_, e) => e.space("new", {dimension: 4_097}), names: /dimension 4097/},
  {
    what: "another dimension than it has",
    run: (_, e) => e.space("test", {dimension: 4}),
    names: /has dimension 3, not 4/,
    as: ConflictError,
  },
  {
    what: "a restore out of nothing",
    run: (_, e) => e.restore("new", "/nowhere/at/all"),
    names: /\/nowhere\/at\/all/,
    as: NotFoundError,
  },
];

for (const {what, run, names, as = InvalidArgumentError} of BAD)
  test(`${what}: a typed error that names it, and nothing changed`, () =>
    inSpace(async (space, engine) => {
      const before = [await space.digest(), space.stats().sequence, engine.spaces()];
      await assert.rejects(
        async () => run(space, engine),
        (error: EngramError) => {
          assert.ok(error instanceof as, `${error.name}: ${error.message}`);
          assert.match(error.message, names);
          assert.ok(error.remedy.length > 0 && error.code.length > 0);
          return true;
        },
      );
      assert.deepEqual([await space.digest(), space.stats().sequence, engine.spaces()], before);
      await space.store({id: "after", embedding: east});
    }));

test("a second process that opens the directory is refused, and so is this one", () =>
  inSpace(async (_space, _engine, directory) => {
    await assert.rejects(Engine.open(directory), ConflictError);
    const child = fork(fileURLToPath(new URL("./open.fixture.ts", import.meta.url)), [directory], {
      execArgv: ["--import", "tsx"],
    });
    const [said] = await once(child, "message");
    assert.deepEqual([said.name, said.code], ["ConflictError", "locked"]);
    assert.ok(said.message.includes(directory));
  }));

/** A small file system of its own, or the reason why this user may not have one. */
function withTmpfs(use: (directory: string) => Promise<void>): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), "engram-tmpfs-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", directory]);
  if (mounted.status !== 0) {
    rmSync(directory, {recursive: true});
    return Promise.resolve("this user may not mount a tmpfs");
  }
  return use(directory)
    .finally(() => {
      spawnSync("umount", ["--lazy", directory]); // a failed test may still hold files open
      rmSync(directory, {recursive: true});
    })
    .then(() => undefined);
}

test("a full disk refuses the write whole; what was acknowledged stays, and writes go on when there is room", async (t) => {
  const reason = await withTmpfs(async (directory) => {
    const engine = await Engine.open(directory);
    const space = await engine.space("test", {dimension: 3});
    await space.store({id: "first", embedding: east});
    let refused: StorageError | undefined;
    for (let i = 0; i < 40 && refused === undefined; i++) {
      const before = await space.digest();
      try {
        await space.storeBatch({
          ids: [`x${i}`, `y${i}`],
          contents: ["c".repeat(100_000), "d".repeat(100_000)],
        });
      } catch (error) {
        assert.ok(error instanceof StorageError, String(error));
        refused = error;
        assert.equal(await space.digest(), before, "not half a batch");
      }
    }
    assert.equal(refused?.code, "disk_full");
    assert.ok(refused?.message.includes(directory));
    await space.store({id: "small"});
    const digest = await space.digest();
    await engine.close();
    const again = await Engine.open(directory);
    assert.equal(await (await again.space("test")).digest(), digest);
    await again.close();
  });
  if (reason !== undefined) t.skip(`not run: ${reason}`);
});

test("a directory that may only be read is refused by name", async (t) => {
  const reason = await withTmpfs(async (directory) => {
    const made = join(directory, "engine");
    mkdirSync(made);
    await (await Engine.open(made)).close();
    assert.equal(spawnSync("mount", ["-o", "remount,ro", directory]).status, 0);
    await assert.rejects(Engine.open(made), (error: StorageError) => {
      assert.ok(error instanceof StorageError);
      assert.equal(error.code, "read_only");
      assert.ok(error.message.includes(made));
      return true;
    });
  });
  if (reason !== undefined) t.skip(`not run: ${reason}`);
});

test("a directory below a file, or that nobody may make, is refused by name", async () => {
  const file = fileURLToPath(import.meta.url);
  await assert.rejects(Engine.open(join(file, "engine")), EngramError);
  if (getuid?.() !== 0 && existsSync("/root"))
    await assert.rejects(Engine.open("/root/engram"), StorageError);
});

test("after closing every call is a typed error", () =>
  inSpace(async (space, engine) => {
    await engine.close();
    await assert.rejects(space.store({id: "x"}), (error: EngramError) => error.code === "closed");
    await assert.rejects(engine.space("test"), (error: EngramError) => error.code === "closed");
    assert.equal(space.get("a")?.id, "a", "what is in memory can still be read");
  }));
