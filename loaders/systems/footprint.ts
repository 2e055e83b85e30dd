// What a system takes: memory by the kernel's count, disk by the blocks of its files.
import {lstatSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";

const BLOCK_BYTES = 512; // of stat(2), whatever the file system's own
const KIBIBYTE = 1_024;

/** Proportional set size (proc(5), smaps_rollup): what processes share is counted once between them. */
export function memoryBytes(processes: readonly number[]): number {
  let kibibytes = 0;
  for (const pid of processes)
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      kibibytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ESRCH") throw error; // it ended, and holds nothing any more
    }
  return kibibytes * KIBIBYTE;
}

/** Bytes on disk of a file or of everything below a folder; what vanishes meanwhile takes none. */
export function diskBytes(path: string): number {
  try {
    const stats = lstatSync(path);
    const own = stats.blocks * BLOCK_BYTES;
    if (!stats.isDirectory()) return own;
    return readdirSync(path).reduce((sum, name) => sum + diskBytes(join(path, name)), own);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
