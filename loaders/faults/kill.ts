// kill −9 at every system call that concerns the engine's files: while the script runs, and again while a
// killed one's directory is being opened (a second crash during recovery).
import {cpSync} from "node:fs";
import {cpus} from "node:os";
import {join} from "node:path";
import {inParallel} from "./child.ts";
import {inScratch, judge, SCRIPT, SCRIPT_PLANTED, STEPS} from "./script.ts";
import {inject, type Place, placesOf} from "./strace.ts";
import type {Control, Trial} from "./trial.ts";

const KILL = "signal=SIGKILL";
/** The ledger's descriptor: death between an operation and its acknowledgement. */
const TELLING = "(3<";

const nameOf = ({name, nth}: Place) => `${name}#${nth}`;

export const scriptPlaces = (memory: string): Promise<Place[]> =>
  inScratch(
    (folder) => placesOf([SCRIPT, "run", join(folder, "d"), String(STEPS)], [folder, TELLING]),
    memory,
  );

async function killAt(
  place: Place,
  memory: string,
  flags: readonly string[] = [],
  script = SCRIPT,
): Promise<Trial> {
  return inScratch(async (folder) => {
    const directory = join(folder, "d");
    const run = await inject([script, "run", directory, String(STEPS), ...flags], place, KILL);
    const {acknowledged, violation} = await judge(directory, run.ledger);
    return {
      harness: "kill",
      place: nameOf(place),
      effect: KILL,
      happened: run.happened,
      acknowledged,
      violation,
    };
  }, memory);
}

/** Kills the script once in its middle, then each opening of a copy of what it left, at every call. */
async function killOpening(middle: Place, memory: string): Promise<Trial[]> {
  return inScratch(async (folder) => {
    const left = join(folder, "left");
    const {ledger} = await inject([SCRIPT, "run", left, String(STEPS)], middle, KILL);
    const recorded = join(folder, "recorded");
    cpSync(left, recorded, {recursive: true});
    const places = await placesOf([SCRIPT, "open", recorded], [recorded]);
    return inParallel(places, cpus().length, async (place) => {
      const copy = join(folder, nameOf(place));
      cpSync(left, copy, {recursive: true});
      const {happened} = await inject([SCRIPT, "open", copy], place, KILL);
      const {acknowledged, violation} = await judge(copy, ledger);
      return {
        harness: "kill while opening",
        place: `${nameOf(middle)}, then ${nameOf(place)}`,
        effect: KILL,
        happened,
        acknowledged,
        violation,
      };
    });
  }, memory);
}

/** Every place once; openings after a death at `openings` of them. */
export async function killEverywhere(memory: string, openings: number): Promise<Trial[]> {
  const places = await scriptPlaces(memory);
  const trials = await inParallel(places, cpus().length, (place) => killAt(place, memory));
  const writes = places.filter(({name}) => name === "pwrite64" || name === "rename" || name === "unlink");
  for (let i = 1; i <= openings; i++) {
    const middle = writes[Math.floor((i * (writes.length - 1)) / openings)];
    if (middle !== undefined) trials.push(...(await killOpening(middle, memory)));
  }
  return trials;
}

/** A script that acknowledges before it writes, keys that are forgotten and a backup of which half is there must be
 * found out, and a call that never comes be noticed. */
export async function killControls(memory: string): Promise<Control[]> {
  const writes = (await scriptPlaces(memory)).filter(({name}) => name === "pwrite64");
  const caught = async (flags: readonly string[], script = SCRIPT): Promise<string | null> => {
    for (const place of writes) {
      const {violation} = await killAt(place, memory, flags, script);
      if (violation !== null) return nameOf(place);
    }
    return null;
  };
  const planted = (mutant: string) => caught(["--mutant", mutant], SCRIPT_PLANTED);
  const never: Place = {name: "pwrite64", nth: 60_000};
  const {happened} = await killAt(never, memory);
  return [
    {name: "acknowledges before it writes", caughtBy: await caught(["--acknowledge-early"])},
    {name: "a snapshot that forgets the keys", caughtBy: await planted("snapshot-without-keys")},
    {
      name: "a backup that names files before they are there",
      caughtBy: await planted("manifest-before-files"),
    },
    {name: "a fault that never struck", caughtBy: happened ? null : nameOf(never)},
  ];
}
