// Fills Observable Framework's npm cache from node_modules, so that a site builds with the network off:
// what Framework would ask a CDN for is bundled here, once per build, from the locked packages.
import {copyFileSync, mkdirSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {build} from "esbuild";

/** Files that packages load beside their module, by path inside the package. */
const ASSETS: Record<string, string[]> = {
  "@duckdb/duckdb-wasm": [
    "dist/duckdb-mvp.wasm",
    "dist/duckdb-eh.wasm",
    "dist/duckdb-browser-mvp.worker.js",
    "dist/duckdb-browser-eh.worker.js",
  ],
  "parquet-wasm": ["esm/parquet_wasm_bg.wasm"],
};

/** Built-ins Framework resolves on every page and this site does not use: an empty version satisfies it. */
const UNUSED = [
  "@observablehq/sample-datasets",
  "d3-dsv",
  "echarts",
  "leaflet",
  "lodash",
  "mapbox-gl",
  "react",
  "react-dom",
  "topojson-client",
];

interface PackageJson {
  version: string;
  /** Of the project: the packages whose code its pages ship. */
  shipped?: string[];
}

function packageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Writes `<root>/.observablehq/cache/_npm/NAME@VERSION/_esm.js` for every package that the project ships, chunks
 *  that they share, and their assets. Same packages, same bytes. */
export async function fillNpmCache(root: string, project = "."): Promise<void> {
  const cache = join(root, ".observablehq", "cache", "_npm");
  const names = packageJson(project).shipped ?? [];
  const home = (name: string) => join(project, "node_modules", name);
  const versioned = (name: string) => `${name}@${packageJson(home(name)).version}`;

  await build({
    absWorkingDir: join(process.cwd(), project),
    entryPoints: names.map((name) => ({in: name, out: `${versioned(name)}/_esm`})),
    outdir: join(process.cwd(), cache),
    // Framework reads shared chunks as one more package; its name must look like one.
    chunkNames: "shared@0.0.0/[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    conditions: ["browser"],
    target: ["es2022"],
    define: {"process.env.NODE_ENV": '"production"'},
    minify: true,
    legalComments: "none",
    logLevel: "error",
  });

  for (const [name, files] of Object.entries(ASSETS)) {
    for (const file of files) {
      const copy = join(cache, versioned(name), file);
      mkdirSync(dirname(copy), {recursive: true});
      copyFileSync(join(home(name), file), copy);
    }
  }
  for (const name of UNUSED) mkdirSync(join(cache, `${name}@0.0.0`), {recursive: true});
}
