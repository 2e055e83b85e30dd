import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {DatasetError, type LookupEffects, lookup} from "./lookup.ts";
import type {Registered} from "./registry.ts";

const CONTENT = "1,2,3\n";
const SUM = createHash("sha256").update(CONTENT).digest("hex");
const ENTRY: Registered = {
  name: "tiny",
  title: "Tiny",
  home: "https://example.org/tiny",
  licence: "CC0",
  citation: "none",
  files: {"a.csv": SUM},
};

async function inFolder(use: (folder: string, effects: LookupEffects) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "engram-dataset-"));
  const downloads = join(folder, "cache");
  try {
    await use(folder, {
      folders: [folder, downloads],
      memory: join(folder, "verified.json"),
      downloads,
      fetch: async () => new TextEncoder().encode(CONTENT),
    });
  } finally {
    rmSync(folder, {recursive: true});
  }
}

function put(folder: string, content: string): void {
  mkdirSync(join(folder, "tiny"), {recursive: true});
  writeFileSync(join(folder, "tiny", "a.csv"), content);
}

test("a set with the right checksum is found, and a file it does not list is an error", () =>
  inFolder(async (folder, effects) => {
    put(folder, CONTENT);
    const set = await lookup("tiny", effects, ENTRY);
    assert.equal(set.synthetic, false);
    assert.ok(existsSync(set.file("a.csv")));
    assert.throws(() => set.file("b.csv"), DatasetError);
  }));

test("a flipped byte is an error that shows both checksums, also after the file was verified once", () =>
  inFolder(async (folder, effects) => {
    put(folder, CONTENT);
    await lookup("tiny", effects, ENTRY);
    put(folder, "1,2,4\n");
    const found = createHash("sha256").update("1,2,4\n").digest("hex");
    await assert.rejects(lookup("tiny", effects, ENTRY), (error: DatasetError) => {
      assert.ok(error.message.includes(found) && error.message.includes(SUM));
      return true;
    });
  }));

test("a set that is nowhere is named with its home and where to put it", () =>
  inFolder(async (_folder, effects) => {
    await assert.rejects(lookup("tiny", effects, ENTRY), (error: DatasetError) => {
      assert.match(error.message, /dataset tiny is in none of/);
      assert.match(error.remedy, /https:\/\/example\.org\/tiny/);
      return true;
    });
    await assert.rejects(lookup("no-such-set", effects), /not registered/);
  }));

test("a set whose home serves its bytes is downloaded once and checked", () =>
  inFolder(async (_folder, effects) => {
    const served = {...ENTRY, urls: {"a.csv": "https://example.org/a.csv"}};
    assert.ok(existsSync((await lookup("tiny", effects, served)).file("a.csv")));
    const never = {...effects, fetch: () => Promise.reject(new Error("asked again"))};
    await lookup("tiny", never, served);
  }));

test("a download with a wrong checksum is refused and not kept", () =>
  inFolder(async (folder, effects) => {
    const served = {...ENTRY, urls: {"a.csv": "https://example.org/a.csv"}};
    const wrong = {...effects, fetch: async () => new TextEncoder().encode("other")};
    await assert.rejects(lookup("tiny", wrong, served), /has SHA-256/);
    assert.equal(existsSync(join(folder, "cache/tiny/a.csv")), false);
  }));
