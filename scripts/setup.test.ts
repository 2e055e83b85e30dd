// What package.json promises to set-up and to the site: which packages the server needs, and which the pages ship.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {projectFiles} from "./files.ts";

const project: {
  shipped: string[];
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
} = JSON.parse(readFileSync("package.json", "utf8"));

/** Packages that sources name, by name: `ajv/dist/2020.js` is of `ajv`. */
function imported(files: readonly string[]): Set<string> {
  const specifiers = files.flatMap((file) =>
    Array.from(
      readFileSync(file, "utf8").matchAll(/(?:\bfrom |\bimport\()"((?:@[\w-]+\/)?[a-z][\w.-]*)[^":]*"/g),
      ([, name]) => name as string,
    ),
  );
  return new Set(specifiers);
}

test("the server imports nothing that only the workbench installs", () => {
  const server = projectFiles().filter(
    (file) => /^native\/(engine|server)(\/|\.ts$)/.test(file) && /(?<!\.test|fixture)\.ts$/.test(file),
  );
  const names = imported(server);
  assert.ok(names.has("fastify") && names.has("ajv"), "the imports are found");
  const missing = [...names].filter((name) => name in project.devDependencies);
  assert.deepEqual(missing, []);
});

test("every package that the pages ship is installed by the lock file", () => {
  assert.deepEqual(
    project.shipped.filter((name) => !(name in project.devDependencies)),
    [],
  );
});
