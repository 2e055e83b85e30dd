import assert from "node:assert/strict";
import {existsSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {withLock} from "./lock.ts";

async function inFolder(use: (path: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "engram-lock-"));
  try {
    await use(join(folder, "lock"));
  } finally {
    rmSync(folder, {recursive: true});
  }
}

test("two measurements never overlap: the second waits and is told for whom", () =>
  inFolder(async (path) => {
    const order: string[] = [];
    const told: string[] = [];
    const first = withLock(
      "first",
      async () => {
        order.push("first in");
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push("first out");
      },
      {path},
    );
    const second = withLock("second", async () => void order.push("second in"), {
      path,
      waiting: ({doing}) => told.push(doing),
    });
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first in", "first out", "second in"]);
    assert.deepEqual(told, ["first"]);
    assert.equal(existsSync(path), false);
  }));

test("the lock of a dead process is taken over", () =>
  inFolder(async (path) => {
    writeFileSync(path, JSON.stringify({pid: 4_194_304, started: "1", doing: "killed"}));
    assert.equal(await withLock("next", async () => 7, {path}), 7);
  }));

test("the lock is given back when measuring fails", () =>
  inFolder(async (path) => {
    await assert.rejects(
      withLock("fails", () => Promise.reject(new Error("no")), {path}),
      /no/,
    );
    assert.equal(existsSync(path), false);
  }));
