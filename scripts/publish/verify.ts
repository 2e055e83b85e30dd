// Does a published version still hold what its manifest says? Names every file that differs.
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {SiteError} from "./error.ts";
import {filesBelow, sha256} from "./files.ts";
import {MANIFEST, readManifest, SITE} from "./manifest.ts";

export interface Difference {
  path: string;
  says: string;
}

export interface Verification {
  version: string;
  /** Files compared. */
  files: number;
  differences: Difference[];
  /** The pages, which git does not keep, are not here; everything else was compared. */
  withoutPages: boolean;
}

/** Compares every file of the version in `folder` with its manifest. */
export function verifyReport(folder: string): Verification {
  if (!existsSync(join(folder, MANIFEST)))
    throw new SiteError(
      `${folder} is not a published version: it has no ${MANIFEST}`,
      "name a folder below reports/",
    );
  const manifest = readManifest(folder);
  const here = new Set(filesBelow(folder).filter((path) => path !== MANIFEST));
  const withoutPages = ![...here].some((path) => path.startsWith(SITE));
  const expected = manifest.files.filter((file) => !(withoutPages && file.path.startsWith(SITE)));
  const differences = expected.flatMap((file): Difference[] => {
    if (!here.has(file.path)) return [{path: file.path, says: "is missing"}];
    const bytes = readFileSync(join(folder, file.path));
    const actual = sha256(bytes);
    if (actual === file.sha256) return [];
    return [{path: file.path, says: `SHA-256 is ${actual}, the manifest says ${file.sha256}`}];
  });
  const listed = new Set(manifest.files.map((file) => file.path));
  const foreign = [...here]
    .filter((path) => !listed.has(path))
    .map((path) => ({path, says: "is not in the manifest"}));
  return {
    version: manifest.version,
    files: expected.length,
    differences: [...differences, ...foreign],
    withoutPages,
  };
}
