// Files of a folder in the one order that every manifest uses, and their checksums.
import {createHash} from "node:crypto";
import {readdirSync} from "node:fs";
import {join} from "node:path";

/** All files below `folder`, relative to it, sorted by code point. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "/").length))
    .sort();
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
