import assert from "node:assert/strict";
import {existsSync, readFileSync} from "node:fs";
import {test} from "node:test";
import {PLANTED} from "./planted.js";

test("every planted fault on the method page is a test that exists", () => {
  const missing = PLANTED.filter(
    (planted) =>
      !existsSync(planted.file) || !readFileSync(planted.file, "utf8").includes(`"${planted.test}"`),
  );
  assert.deepEqual(missing, []);
});
