import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {diskBytes, family, memoryBytes} from "./footprint.ts";

test("a process's children are of its family, and their memory is counted", async () => {
  // The child answers itself: before it has become another program, it shares its memory with its parent.
  const parent = spawn("sh", ["-c", "exec 3<&0; cat <&3 & wait"], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const pid = parent.pid as number;
  try {
    parent.stdin.write("there\n");
    await once(parent.stdout, "data");
    const members = family(pid);
    assert.equal(members.length, 2);
    assert.ok(memoryBytes(members) > memoryBytes([pid]));
  } finally {
    process.kill(-pid, "SIGKILL");
    await once(parent, "exit");
  }
  assert.equal(memoryBytes([pid]), 0, "who has ended holds nothing");
});

test("everything below a folder counts, and what is not there takes nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "engram-footprint-"));
  try {
    const empty = diskBytes(folder);
    mkdirSync(join(folder, "below"));
    writeFileSync(join(folder, "below/file"), Buffer.alloc(100_000, 1));
    assert.ok(diskBytes(folder) >= empty + 100_000);
    assert.equal(diskBytes(join(folder, "none")), 0);
  } finally {
    rmSync(folder, {recursive: true});
  }
});
