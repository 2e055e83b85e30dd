// Hashes of sources: what the engine, the harness and an experiment were when a run was measured.
// Tests, documents and benches do not measure, so they do not change a key.
import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {sha256} from "../store/checksums.ts";

const NOT_MEASURING =
  /(_test\.cc|\.test\.ts|\.md|tsconfig\.json)$|(^|\/)(build|bench|fuzz|fixtures|tests?|node_modules)\//;

/** Relative paths of all files below `path` (or the file itself), sorted. */
export function filesBelow(root: string, path: string): string[] {
  const full = join(root, path);
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, {withFileTypes: true})
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(root, `${path}/${entry.name}`) : [`${path}/${entry.name}`],
    )
    .sort();
}

/** SHA-256 over (path, content) of all measuring files below the paths. */
export function sourcesSha256(root: string, paths: readonly string[]): string {
  const files = paths.flatMap((path) => filesBelow(root, path)).filter((file) => !NOT_MEASURING.test(file));
  return sha256(files.map((file) => `${sha256(readFileSync(join(root, file)))}  ${file}\n`).join(""));
}

export const ENGINE_SOURCES = [
  "native/core",
  "native/addon",
  "native/engine",
  "native/engine.ts",
  "native/CMakeLists.txt",
];

/** The harness: drivers, measuring, and the systems that take part. */
export function harnessSources(systems: readonly string[]): string[] {
  const shared = ["loaders/load", "loaders/lab/measure"];
  return systems.length === 0
    ? shared
    : [
        ...shared,
        "loaders/systems/subject.ts",
        "loaders/systems/packages.ts",
        ...systems.map((name) => `loaders/systems/${name}`),
      ];
}
