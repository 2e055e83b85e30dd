// One measurement at a time on a machine: two loaders at once would measure each other. The lock is a file
// created exclusively, naming its holder; the lock of a dead process is taken over.
import {linkSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

const POLL_MS = 250;
export const MACHINE_LOCK = join(tmpdir(), "engram-workbench.measuring.lock");

export interface Holder {
  pid: number;
  /** Kernel start time of the process: a reused pid is not the holder. */
  started: string;
  doing: string;
}

function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function holderOf(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  const started = startTime(holder.pid);
  return started !== null && started === holder.started;
}

/** Takes the lock or says who has it. */
function take(path: string, doing: string): Holder | null {
  const own: Holder = {pid: process.pid, started: startTime(process.pid) ?? "", doing};
  const candidate = `${path}.${process.pid}`;
  writeFileSync(candidate, JSON.stringify(own));
  try {
    linkSync(candidate, path); // atomic, fails when the lock exists: and it is never seen half-written
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = holderOf(path);
    if (holder !== null && isAlive(holder)) return holder;
    rmSync(path, {force: true});
    return holder ?? {pid: 0, started: "", doing: "unknown"};
  } finally {
    rmSync(candidate, {force: true});
  }
}

/** Waits for the lock (telling `waiting` once per holder), runs `measure`, and lets go. */
export async function withLock<T>(
  doing: string,
  measure: () => Promise<T>,
  {
    path = MACHINE_LOCK,
    waiting = (_holder: Holder) => {},
    signal,
  }: {path?: string; waiting?: (holder: Holder) => void; signal?: AbortSignal} = {},
): Promise<T> {
  let told = -1;
  for (;;) {
    signal?.throwIfAborted();
    const holder = take(path, doing);
    if (holder === null) break;
    if (isAlive(holder)) {
      if (holder.pid !== told) waiting(holder);
      told = holder.pid;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  try {
    return await measure();
  } finally {
    rmSync(path, {force: true});
  }
}
