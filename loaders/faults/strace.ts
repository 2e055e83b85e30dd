// Faults at one system call of a process, by strace: the calls of a recorded run are the places, and each
// injection must be seen to have happened in the trace. Counters are per call name, so a place is (name, nth).
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type Ended, runChild} from "./child.ts";

export interface Place {
  name: string;
  /** 1 for the first call of this name in the process. */
  nth: number;
}

/** What strace does to the call: `signal=SIGKILL`, `error=ENOSPC`, `retval=64`. */
export type Effect = `signal=${string}` | `error=${string}` | `retval=${number}`;

export interface Injected extends Ended {
  /** Whether the trace shows that it was done. */
  happened: boolean;
}

const CALL = /^(?:\d+\s+)?(\w+)\((.*)$/;

async function traced(
  command: readonly string[],
  options: readonly string[],
): Promise<{end: Ended; trace: string}> {
  const folder = mkdtempSync(join(tmpdir(), "engram-strace-"));
  const file = join(folder, "trace");
  try {
    const end = await runChild(["strace", "-f", "-qqq", "-y", "-o", file, ...options, "--", ...command]);
    return {end, trace: readFileSync(file, "utf8")};
  } finally {
    rmSync(folder, {recursive: true});
  }
}

/** The calls of one run that concern `about` (a path, or `(3<` for a descriptor). */
export async function placesOf(command: readonly string[], about: readonly string[]): Promise<Place[]> {
  const {end, trace} = await traced(command, []);
  if (end.code !== 0) throw new Error(`the run to record failed: ${end.err}`);
  const counts = new Map<string, number>();
  const places: Place[] = [];
  for (const line of trace.split("\n")) {
    const [, name, rest = ""] = line.match(CALL) ?? [];
    if (name === undefined || name === "execve") continue;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    if (about.some((word) => `(${rest}`.includes(word))) places.push({name, nth});
  }
  return places;
}

/** Runs the command with one fault; `persists`: the fault stays from that call on. */
export async function inject(
  command: readonly string[],
  {name, nth}: Place,
  effect: Effect,
  persists = false,
): Promise<Injected> {
  const when = `${nth}${persists ? "+" : ""}`;
  const {end, trace} = await traced(command, [
    "-e",
    `trace=${name}`,
    "-e",
    `inject=${name}:${effect}:when=${when}`,
  ]);
  const happened = effect.startsWith("signal=")
    ? trace.includes(`+++ killed by ${effect.slice("signal=".length)}`)
    : trace.includes("(INJECTED)");
  return {...end, happened};
}
