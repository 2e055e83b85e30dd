// The one-way data flow, enforced: a module may import from its own layer and from those it is allowed to
// know, never from one above. workbench.md, "The way data flows".
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {dirname, join, normalize} from "node:path";
import {test} from "node:test";
import {projectFiles} from "./files.ts";

/** Folder → folders it may import from. The longest matching prefix counts. */
const MAY_IMPORT: Record<string, string[]> = {
  "native/": ["native/"],
  "loaders/datasets/": ["loaders/datasets/"],
  "loaders/load/": ["loaders/load/", "loaders/lab/statistics/", "loaders/lab/measure/"],
  "loaders/systems/": [
    "loaders/systems/",
    "loaders/datasets/",
    "loaders/load/",
    "loaders/lab/statistics/",
    "native/",
  ],
  "loaders/lab/statistics/": ["loaders/lab/statistics/", "loaders/lab/estimate.ts"],
  "loaders/": ["loaders/", "native/engine.ts"],
  "src/": ["src/", "loaders/lab/emit.ts", "loaders/lab/claim.ts", "loaders/lab/record.ts"],
  "scripts/": ["scripts/", "loaders/", "native/engine.ts", "observablehq.config.ts"],
  "observablehq.config.ts": ["scripts/publish/"],
};

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;"']*?["'](\.{1,2}\/[^"']+)["']|import\(\s*["'](\.{1,2}\/[^"']+)["']/g;

interface Breach {
  file: string;
  imports: string;
}

function breaches(sources: {file: string; text: string}[]): Breach[] {
  return sources.flatMap(({file, text}) => {
    const layer = Object.keys(MAY_IMPORT)
      .filter((prefix) => file.startsWith(prefix))
      .sort((a, b) => b.length - a.length)[0];
    if (layer === undefined) return [];
    return [...text.matchAll(IMPORT)]
      .map((match) => normalize(join(dirname(file), match[1] ?? match[2] ?? "")))
      .filter((target) => !(MAY_IMPORT[layer] ?? []).some((prefix) => target.startsWith(prefix)))
      .map((imports) => ({file, imports}));
  });
}

const sources = projectFiles()
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.endsWith(".d.ts"))
  .map((file) => ({file, text: readFileSync(file, "utf8")}));

test("no module imports from a layer above its own", () => {
  assert.ok(sources.length > 20, "the check found the sources");
  assert.deepEqual(breaches(sources), []);
});

test("a planted import of the site from the lab is found", () => {
  const planted = {file: "loaders/lab/claim.ts", text: 'import {x} from "../../src/index.ts";'};
  assert.deepEqual(breaches([planted]), [{file: "loaders/lab/claim.ts", imports: "src/index.ts"}]);
});

test("a planted import of the engine from a page is found", () => {
  const planted = {
    file: "src/components/chart.ts",
    text: 'const e = await import("../../native/engine.ts");',
  };
  assert.equal(breaches([planted]).length, 1);
});
