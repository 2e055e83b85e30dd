// The native border under values of the wrong type: exceptions, never the end of the process. It runs in a child, so
// that a crash is a failure here. ENGRAM_BORDER_RUNS makes it longer.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {env, execPath} from "node:process";
import {test} from "node:test";
import {fileURLToPath} from "node:url";

const RUNS = env.ENGRAM_BORDER_RUNS ?? "3000";
const fixture = fileURLToPath(new URL("./border.fixture.ts", import.meta.url));

test("no value that JavaScript can pass ends the process, and the space is sound afterwards", () => {
  const {status, signal, stdout, stderr} = spawnSync(execPath, ["--import", "tsx", fixture, "7", RUNS], {
    encoding: "utf8",
  });
  assert.equal(signal, null, `it crashed: ${stderr.slice(-2_000)}`);
  assert.equal(status, 0, stderr.slice(-2_000));
  const {thrown, answered, entryPoints, found} = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  assert.ok(thrown > Number(RUNS) / 4, `only ${thrown} were refused`);
  assert.ok(answered > 20, `only ${answered} were answered`);
  assert.ok(entryPoints > 20, `only ${entryPoints} entry points were called`);
  assert.equal(found, 1);
});
