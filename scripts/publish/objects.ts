// Big files of published pages, stored once by content: versions share them as hard links, so that a
// version costs little on disk and a copy of its folder is still complete.
import {existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync} from "node:fs";
import {join} from "node:path";
import {sha256} from "./files.ts";
import type {FileEntry} from "./manifest.ts";

/** Smaller files are cheaper to keep than to share. */
const SHARED_BYTES_MIN = 64 * 1024;

/** Replaces each big file below `folder` by a link to `<objects>/<sha256>`. Where the file system has no
 *  hard links the file stays as it is. */
export function shareBigFiles(folder: string, objects: string, files: readonly FileEntry[]): void {
  mkdirSync(objects, {recursive: true});
  for (const file of files.filter(({bytes}) => bytes >= SHARED_BYTES_MIN)) {
    const path = join(folder, file.path);
    const object = join(objects, file.sha256);
    const fresh = `${object}.${process.pid}.tmp`;
    try {
      // A damaged object is replaced, never linked into one more version.
      const good = existsSync(object) && sha256(readFileSync(object)) === file.sha256;
      linkSync(good ? object : path, fresh);
      renameSync(fresh, good ? path : object);
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      if (code !== "EPERM" && code !== "EXDEV" && code !== "EMLINK") throw error;
    } finally {
      rmSync(fresh, {force: true}); // rename leaves it where both names are the same file already
    }
  }
}
