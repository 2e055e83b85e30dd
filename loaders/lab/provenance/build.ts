// How the engine was compiled, as CMake wrote it beside the addon.
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {StoreError} from "../store/errors.ts";

export interface Build {
  compiler: string;
  flags: string;
}

/** Throws StoreError when the engine has not been built. */
export function readBuild(root: string): Build {
  const path = join(root, "native/build/build-info.json");
  if (!existsSync(path)) throw new StoreError(`${path} is missing`, "build the engine: npm run build:native");
  const info = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
  return {
    compiler: `${info.compiler_id ?? info.compiler ?? "unknown"} ${info.compiler_version ?? ""}`.trim(),
    flags: [info.build_type, info.flags].filter(Boolean).join(" "),
  };
}
