// The key of a run: one hash of everything that must be the same for two runs to be replicates.
// workbench.md, "Store". Canonical JSON is RFC 8785.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import canonicalize from "canonicalize";
import type {Definition} from "../experiment.ts";
import type {ProfileName} from "../record.ts";
import {sha256} from "../store/checksums.ts";
import {readBuild} from "./build.ts";
import {ENGINE_SOURCES, filesBelow, harnessSources, sourcesSha256} from "./sources.ts";

export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError(`${String(value)} has no JSON form`);
  return text;
}

/** Hash of what was declared before the run: the declaring file's bytes, the folder of its machinery
 *  (loaders/<slug>/, when there is one) and the declaration as JSON, without functions. */
export function definitionSha256(root: string, definition: Definition<never>): string {
  const file = sha256(readFileSync(fileURLToPath(definition.source)));
  const {source: _, measure: __, ...declared} = definition;
  let machinery = "none";
  try {
    filesBelow(root, `loaders/${definition.slug}`);
    machinery = sourcesSha256(root, [`loaders/${definition.slug}`]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const further = (definition.sources ?? [])
    .flatMap((path) => filesBelow(root, path))
    .map((path) => `${sha256(readFileSync(join(root, path)))}  ${path}\n`)
    .join("");
  return sha256(`${file}\n${machinery}\n${further}${canonical(JSON.parse(JSON.stringify(declared)))}`);
}

export interface KeyParts {
  definition_sha256: string;
  engine_sha256: string;
  harness_sha256: string;
  parameters: string;
  datasets: string;
  compiler: string;
  compiler_flags: string;
}

/** `datasets`: name → checksum, as verified or as registered. */
export function keyParts(
  root: string,
  definition: Definition<never>,
  profile: ProfileName,
  datasets: Record<string, string>,
): KeyParts {
  const build = readBuild(root);
  return {
    definition_sha256: definitionSha256(root, definition),
    engine_sha256: sourcesSha256(root, ENGINE_SOURCES),
    harness_sha256: sourcesSha256(root, harnessSources(definition.systems)),
    parameters: canonical({profile, ...(definition.profiles[profile] as object)}),
    datasets: canonical(datasets),
    compiler: build.compiler,
    compiler_flags: build.flags,
  };
}

export function keyOf(parts: KeyParts): string {
  return sha256(canonical(parts));
}
