// The script process of native/check: how to run it, and how to have judged what it left.
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {runChild} from "./child.ts";

const PROGRAMS = fileURLToPath(new URL("../../native/build/check/", import.meta.url));
export const SCRIPT = join(PROGRAMS, "kill_script");
/** The same with planted defects: `--mutant NAME`. */
export const SCRIPT_PLANTED = join(PROGRAMS, "kill_script_planted");
export const POWER_CUT = join(PROGRAMS, "power_cut");

/** Every kind of step twice at least. */
export const STEPS = 54;

export interface Judgement {
  acknowledged: number;
  /** The space or its backup is said to be damaged. */
  told: boolean;
  violation: string | null;
}

export async function judge(
  directory: string,
  ledger: string,
  flags: readonly ("--power" | "--may-tell")[] = [],
): Promise<Judgement> {
  const {out, err} = await runChild([SCRIPT, "judge", directory, ...flags], {input: ledger});
  try {
    return JSON.parse(out) as Judgement;
  } catch {
    return {acknowledged: 0, told: false, violation: `the judge itself fell: ${err.trim() || "no word"}`};
  }
}

/** A folder of one trial, gone afterwards. Where only the process dies, memory is disk enough. */
export async function inScratch<T>(use: (folder: string) => Promise<T>, parent = tmpdir()): Promise<T> {
  const folder = mkdtempSync(join(parent, "engram-fault-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
