import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import type {Run} from "../packages.ts";
import {installNeo4j} from "./install.ts";

async function reasonOf(run: Run): Promise<string> {
  const cache = mkdtempSync(join(tmpdir(), "engram-cache-"));
  try {
    const state = await installNeo4j(cache, () => {}, {run});
    assert.deepEqual(readdirSync(cache), [], "nothing half-done is left");
    return state.ready ? "ready" : state.reason;
  } finally {
    rmSync(cache, {recursive: true});
  }
}

test("without a JDK it says what to install", async () => {
  const missing: Run = async () => {
    throw Object.assign(new Error("spawn javac ENOENT"), {code: "ENOENT", path: "javac"});
  };
  assert.match(await reasonOf(missing), /javac is not found: install a JDK 17 or newer/);
});

test("a JDK too old is named", async () => {
  assert.match(await reasonOf(async () => "javac 11.0.2"), /JDK 11 is too old: Neo4j .* needs 17/);
});

test("a jar that is not the one pinned is refused by name", async () => {
  const changed: Run = async (command, _arguments, folder) => {
    if (command !== "mvn") return "javac 17.0.1";
    mkdirSync(join(folder, "lib"), {recursive: true});
    writeFileSync(join(folder, "lib/neo4j-5.26.30.jar"), "not the jar");
    return "";
  };
  assert.match(await reasonOf(changed), /neo4j-5\.26\.30\.jar from Maven Central is not the file/);
});
