import assert from "node:assert/strict";
import {test} from "node:test";
import {run, ToolMissingError} from "./toolchain.ts";

test("a tool that is not there is named, with what mends it", async () => {
  await assert.rejects(run(["no-such-tool", "build"], "install no-such-tool 1.0"), (error) => {
    assert.ok(error instanceof ToolMissingError);
    assert.equal(error.message, "no-such-tool is missing");
    assert.equal(error.remedy, "install no-such-tool 1.0");
    return true;
  });
});

test("a tool that fails is told with what it printed", () =>
  assert.rejects(run([process.execPath, "--no-such-flag"], ""), /failed: .*no-such-flag/s));
