import assert from "node:assert/strict";
import {existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {type InstallEffects, install} from "./packages.ts";

const QUIET = () => {};

async function inCache(use: (cache: string) => Promise<void>): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), "engram-cache-"));
  try {
    await use(cache);
  } finally {
    rmSync(cache, {recursive: true});
  }
}

/** An install whose one step is to run `fetch`. */
const installing = (cache: string, effects: Partial<InstallEffects>, log: (line: string) => void = QUIET) =>
  install(
    {
      name: "peer",
      version: "1.2.3",
      folder: join(cache, "peer"),
      bytes: 1_000_000,
      async fill(half, run) {
        writeFileSync(join(half, "first"), "there");
        await run("fetch", ["peer"], half);
      },
    },
    log,
    effects,
  );

test("an install takes its folder's name when it is whole, and is not done twice", () =>
  inCache(async (cache) => {
    let runs = 0;
    const run = async () => {
      runs++;
      assert.equal(existsSync(join(cache, "peer")), false, "not before it is whole");
      return "";
    };
    const lines: string[] = [];
    const first = await installing(cache, {run}, (line) => lines.push(line));
    assert.deepEqual(first, {ready: true, version: "1.2.3", folder: join(cache, "peer")});
    assert.match(lines[0] ?? "", /installing peer 1\.2\.3, once, about 1 MB/);
    assert.deepEqual(await installing(cache, {run}), first);
    assert.equal(runs, 1);
  }));

test("an install that breaks off leaves nothing behind, and says why in one line", () =>
  inCache(async (cache) => {
    const run = async () => {
      const stderr = "npm warn old\nnpm error code E404\nnpm error\nnpm error 404 Not Found: peer@1.2.3\n";
      throw Object.assign(new Error("Command failed: fetch peer"), {stderr});
    };
    const state = await installing(cache, {run});
    assert.deepEqual(state, {
      ready: false,
      reason: "its packages could not be installed: 404 Not Found: peer@1.2.3",
    });
    assert.deepEqual(readdirSync(cache), []);
  }));

test("too little disk is told before anything is fetched", () =>
  inCache(async (cache) => {
    const state = await installing(cache, {
      free: () => 500_000,
      run: () => assert.fail("nothing may be fetched"),
    });
    assert.deepEqual(state, {ready: false, reason: "it takes 1 MB on disk, and 0 MB are left"});
  }));

test("a program that is missing is named", () =>
  inCache(async (cache) => {
    const state = await install(
      {
        name: "peer",
        version: "1",
        folder: join(cache, "peer"),
        bytes: 0,
        fill: async (half, run) => void (await run("no-such-program", [], half)),
      },
      QUIET,
    );
    assert.deepEqual(state, {ready: false, reason: "no-such-program is not found: install it"});
  }));
