// When a space is written whole: by the length of its log, or because another process takes over.
import assert from "node:assert/strict";
import {existsSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type TestContext, test} from "node:test";
import {pino} from "pino";
import {Engine} from "../engine.ts";
import {startChild} from "./child.ts";
import {Compaction} from "./compaction.ts";
import {asking} from "./fixture.ts";
import {Spaces} from "./spaces.ts";

const LEAST_BYTES = 4_096;

async function fixture(t: TestContext, leastBytes = LEAST_BYTES) {
  const directory = mkdtempSync(join(tmpdir(), "engram-compaction-"));
  const engine = await Engine.open(directory, {durability: "async"});
  t.after(async () => {
    await engine.close();
    rmSync(directory, {recursive: true});
  });
  const spaces = new Spaces();
  const logged: string[] = [];
  const log = pino({level: "info"}, {write: (line: string) => void logged.push(JSON.parse(line).msg)});
  const compaction = new Compaction(spaces, log, leastBytes);
  await spaces.open(engine);
  const space = await spaces.make("notes", 2);
  return {space, spaces, compaction, logged};
}

test("a log is replaced when it is long enough, and not before", async (t) => {
  const {space, compaction, logged} = await fixture(t);
  await space.store({id: "a", content: "x"});
  await compaction.run();
  assert.deepEqual(logged, []);
  await space.store({id: "b", content: "x".repeat(LEAST_BYTES)});
  await compaction.run();
  assert.deepEqual(logged, ["snapshot"]);
  assert.equal(space.stats().firstSequence, space.stats().sequence + 1, "the log holds nothing that is left");
  await compaction.run();
  assert.deepEqual(logged, ["snapshot"], "it counts anew from there");
});

test("a log waits until it is as long as the index that a snapshot would write", async (t) => {
  const {space, compaction, logged} = await fixture(t, 1);
  await space.store({id: "a", embedding: Float32Array.of(1, 0)});
  const {vectorBytes, indexBytes, appendedBytes} = space.stats();
  assert.ok(appendedBytes < vectorBytes + indexBytes);
  await compaction.run();
  assert.deepEqual(logged, []);
  await space.store({id: "b", content: "x".repeat(vectorBytes + indexBytes)});
  await compaction.run();
  assert.deepEqual(logged, ["snapshot"]);
});

test("before another process takes over, all with anything new are written, and the others are not", async (t) => {
  const {space, spaces, compaction, logged} = await fixture(t);
  await spaces.make("empty", 2);
  await space.store({id: "a"});
  await compaction.run({all: true});
  assert.deepEqual(logged, ["snapshot"]);
  await compaction.run({all: true});
  assert.deepEqual(logged, ["snapshot"]);
});

test("a snapshot that fails is told and tried again", async (t) => {
  const {space, compaction, logged} = await fixture(t);
  await space.store({id: "a"});
  const failing = t.mock.method(space, "snapshot", () => Promise.reject(new Error("no room")));
  await compaction.run({all: true});
  failing.mock.restore();
  await compaction.run({all: true});
  assert.deepEqual(logged, ["no snapshot", "snapshot"]);
});

test("a restart behind one port leaves a snapshot for the next server", async () => {
  const directory = mkdtempSync(join(tmpdir(), "engram-compaction-"));
  const server = await startChild(["--data", directory, "--supervise"]);
  const ask = asking(server.base);
  await ask("PUT", "/v1/spaces/notes", {dimension: 2});
  await ask("POST", "/v1/spaces/notes/episodes", {id: "a", vector: [1, 0]});
  const {pid} = (await ask("GET", "/health")).body;
  server.process.kill("SIGHUP");
  for (;;) {
    const {body} = await ask("GET", "/health");
    if (body.pid !== pid && body.phase === "serving") break;
  }
  assert.ok(existsSync(join(directory, "notes", "snapshot")));
  assert.equal((await ask("GET", "/v1/spaces/notes/episodes/a")).status, 200);
  assert.equal(await server.stop(), 0);
  rmSync(directory, {recursive: true});
});
