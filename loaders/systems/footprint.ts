// What a system takes: memory by the kernel's count, disk by the blocks of its files.
import {lstatSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";

const BLOCK_BYTES = 512; // of stat(2), whatever the file system's own
const KIBIBYTE = 1_024;

/** A file of proc(5); empty where the process has ended, which holds nothing any more. */
function processFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ESRCH") throw error;
    return "";
  }
}

/** The process and all that descend from it: a PostgreSQL server answers each client in a child. */
export function family(pid: number): number[] {
  const children = processFile(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** Proportional set size (proc(5), smaps_rollup): what processes share is counted once between them. */
export function memoryBytes(processes: readonly number[]): number {
  const kibibytes = processes.map((pid) =>
    Number(/^Pss:\s+(\d+) kB/m.exec(processFile(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
  );
  return kibibytes.reduce((sum, value) => sum + value, 0) * KIBIBYTE;
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
