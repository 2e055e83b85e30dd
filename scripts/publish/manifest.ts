// The manifest of a published version: every file with its size and SHA-256, and one checksum over all that
// the version says, by which two publishes are compared.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {filesBelow, sha256} from "./files.ts";

export const MANIFEST = "manifest.json";
/** Pages are large and derived: kept beside the version, not in git. */
export const SITE = "site/";

export interface FileEntry {
  path: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  version: string;
  /** Root checksum of the store's index. */
  store_root: string;
  /** Day of the newest record. */
  measured_on: string;
  /** Id of the newest record's run: starts with its time, and so orders versions. */
  newest_run: string;
  /** SHA-256 over the lines `<sha256>  <path>` of data, claims, environment and pages. */
  content_sha256: string;
  files: FileEntry[];
}

export function entries(folder: string, select: (path: string) => boolean = () => true): FileEntry[] {
  return filesBelow(folder)
    .filter((path) => path !== MANIFEST && select(path))
    .map((path) => {
      const bytes = readFileSync(join(folder, path));
      return {path, bytes: bytes.length, sha256: sha256(bytes)};
    });
}

/** One checksum for the content of all `files`, whatever the folder around them is called. */
export function contentSha256(files: readonly FileEntry[]): string {
  return sha256(files.map((file) => `${file.sha256}  ${file.path}\n`).join(""));
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, MANIFEST), "utf8"));
}

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}
