import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {join} from "node:path";
import {test} from "node:test";
import {fileURLToPath} from "node:url";
import {withNotes} from "./fixture.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/engram_diagnostics.sh", import.meta.url));

function diagnose(...args: string[]): Promise<{code: number; text: string}> {
  return new Promise((resolve) => {
    execFile(SCRIPT, args, (error, text) => resolve({code: Number(error?.code ?? 0), text}));
  });
}

test("a server that is well is said to be, for machines and for people", () =>
  withNotes(async ({server, directory}) => {
    const where = ["--url", `http://127.0.0.1:${server.port}`, "--data", join(directory, "data")];
    const {code, text} = await diagnose("--json", ...where);
    const {findings} = JSON.parse(text) as {findings: {check: string; ok: boolean; found: string}[]};
    assert.deepEqual(
      findings.filter(({ok}) => !ok),
      [],
    );
    assert.equal(code, 0);
    assert.match(findings.find(({check}) => check === "spaces")?.found ?? "", /space="notes": 2 episodes/);
    assert.match((await diagnose(...where)).text, /^✓ reachable/);
  }));

test("a server that is not there is told as such, with what to do", async () => {
  const {code, text} = await diagnose("--url", "http://127.0.0.1:1");
  assert.equal(code, 3);
  assert.match(text, /✗ reachable.*\n.*npm run serve/);
});
