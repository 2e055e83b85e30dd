// Where a laboratory's things lie: the project, its store, and the folders measuring may write to.
import {existsSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {defaultLookup, type LookupEffects} from "../datasets/lookup.ts";

export interface Laboratory {
  /** The project's root. */
  root: string;
  store: string;
  /** Parent of scratch folders, on a real disk. */
  scratch: string;
  lookup: LookupEffects;
}

function projectRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder))
    if (existsSync(join(folder, "package.json"))) return folder;
}

/** `$ENGRAM_STORE` moves the store, for tests and for trials that should leave no trace. */
export function laboratory(root = projectRoot(dirname(fileURLToPath(import.meta.url)))): Laboratory {
  return {
    root,
    store: process.env.ENGRAM_STORE ?? join(root, "data/store"),
    scratch: join(root, "data/.scratch"),
    lookup: defaultLookup(root),
  };
}
