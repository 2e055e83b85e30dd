// An error, or a lie, from every system call that concerns the engine's files: what comes out is success or a
// typed error, and what was acknowledged is there when the fault is gone.
import {cpus} from "node:os";
import {join} from "node:path";
import {inParallel} from "./child.ts";
import {scriptPlaces} from "./kill.ts";
import {inScratch, judge, SCRIPT, SCRIPT_PLANTED, STEPS} from "./script.ts";
import {type Effect, inject, type Place} from "./strace.ts";
import type {Control, Trial} from "./trial.ts";

/** What each call may answer on a real machine. */
const ERRORS: Record<string, readonly string[]> = {
  openat: ["EMFILE", "ENOSPC", "EACCES", "EIO", "EINTR", "ENFILE"],
  pwrite64: ["ENOSPC", "EIO", "EDQUOT", "EINTR", "EFBIG"],
  fdatasync: ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
  fsync: ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
  rename: ["ENOSPC", "EIO", "EDQUOT"],
  unlink: ["EIO", "EACCES"],
  ftruncate: ["EIO", "EINTR"],
  mkdir: ["ENOSPC", "EACCES", "EDQUOT"],
  flock: ["EINTR", "ENOLCK"],
  getdents64: ["EIO"],
  newfstatat: ["EIO"],
  pread64: ["EIO", "EINTR"],
  close: ["EIO"],
};
/** A write that says so many bytes and writes none: a device that lies must be found out, or do no harm. */
const LIE: Effect = "retval=16";

interface Fault {
  place: Place;
  effect: Effect;
  persists: boolean;
}

/** All faults, or (sparingly) one error a place, in turn, so that each error of each call is among them. */
export function faultsAt(places: readonly Place[], all: boolean): Fault[] {
  const turns = new Map<string, number>();
  return places.flatMap((place) => {
    const errors = ERRORS[place.name] ?? [];
    const turn = turns.get(place.name) ?? 0;
    turns.set(place.name, turn + 1);
    const chosen = all ? errors : errors.slice(turn % errors.length, (turn % errors.length) + 1);
    const faults = chosen.flatMap((error): Fault[] => {
      const fault: Fault = {place, effect: `error=${error}`, persists: false};
      return all
        ? [fault, {...fault, persists: true}]
        : [{...fault, persists: turn % 3 === 2 && error !== "EINTR"}];
    });
    const lies = place.name === "pwrite64" && (all || turn % 3 === 0);
    return lies ? [...faults, {place, effect: LIE, persists: false}] : faults;
  });
}

async function strike({place, effect, persists}: Fault, memory: string, program: string[]): Promise<Trial> {
  return inScratch(async (folder) => {
    const directory = join(folder, "d");
    const [script = "", ...flags] = program;
    const run = await inject([script, "run", directory, String(STEPS), ...flags], place, effect, persists);
    const {acknowledged, violation} = await judge(
      directory,
      run.ledger,
      effect === LIE ? ["--may-tell"] : [],
    );
    const typed = run.signal === null && (run.code === 0 || run.code === 1);
    return {
      harness: "errors",
      place: `${place.name}#${place.nth}${persists ? "+" : ""}`,
      effect,
      happened: run.happened,
      acknowledged,
      violation: typed ? violation : `it ended with ${run.signal ?? run.code}: ${run.err.trim()}`,
    };
  }, memory);
}

const MAY_REPEAT_FOR_EVER = "EINTR"; // POSIX: ask again; for ever would be a hang that we made ourselves

export async function errorsEverywhere(memory: string, all: boolean): Promise<Trial[]> {
  const faults = faultsAt(await scriptPlaces(memory), all).filter(
    ({effect, persists}) => !(persists && effect.endsWith(MAY_REPEAT_FOR_EVER)),
  );
  return inParallel(faults, cpus().length, (fault) => strike(fault, memory, [SCRIPT]));
}

/** A build that believes the second answer of a failed sync is harmless without a power cut, one that splits its
 * batches is not: half a batch stays behind a full disk. */
export async function errorControls(memory: string): Promise<Control[]> {
  for (const place of (await scriptPlaces(memory)).filter(({name}) => name === "pwrite64")) {
    const {violation} = await strike({place, effect: "error=ENOSPC", persists: true}, memory, [
      SCRIPT_PLANTED,
      "--mutant",
      "split-batch",
    ]);
    if (violation !== null)
      return [{name: "half a batch behind a full disk", caughtBy: `${place.name}#${place.nth}`}];
  }
  return [{name: "half a batch behind a full disk", caughtBy: null}];
}
