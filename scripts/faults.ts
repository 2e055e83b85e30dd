// `npm run faults`: hurts the engine by real means and prints what became of it, one line of JSON for each
// harness; every violation has a line before. Exit code 0: every fault struck, none did harm, every planted
// one was found; 1 otherwise; 3: could not run.
import {accessSync, constants} from "node:fs";
import {tmpdir} from "node:os";
import {argv, exit, stderr, stdout} from "node:process";
import {parseArgs} from "node:util";
import {errorControls, errorsEverywhere} from "../loaders/faults/errors.ts";
import {killControls, killEverywhere} from "../loaders/faults/kill.ts";
import {FILE_SYSTEMS, powerControl, powerCuts, whyNotPossible} from "../loaders/faults/power.ts";
import {type Control, passes, summarise, type Trial} from "../loaders/faults/trial.ts";

/** Cuts for each file system, openings of a killed directory: in CI, and long. */
const CUTS = {quick: 5, long: 100} as const;
const OPENINGS = {quick: 2, long: 24} as const;

type Length = keyof typeof CUTS;

function print(line: object): void {
  stdout.write(`${JSON.stringify(line)}\n`);
}

/** Where only processes die, memory is disk enough, and quicker. */
function memoryFolder(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}

function report(harness: string, trials: readonly Trial[], controls: readonly Control[]): boolean {
  for (const trial of trials) if (trial.violation !== null || !trial.happened) print(trial);
  const summary = summarise(harness, trials, controls);
  print(summary);
  return passes(summary);
}

async function power(length: Length): Promise<boolean> {
  let ok = true;
  for (const kind of FILE_SYSTEMS) {
    const reason = await whyNotPossible(kind, memoryFolder());
    if (reason !== null) {
      print({harness: `power cut, ${kind}`, "not possible here": reason});
      continue;
    }
    const trials = await powerCuts(kind, memoryFolder(), CUTS[length]);
    const control = await powerControl(kind, memoryFolder());
    ok = report(`power cut, ${kind}`, trials, [control]) && ok;
  }
  return ok;
}

const HARNESSES: Record<string, (length: Length) => Promise<boolean>> = {
  kill: async (length) =>
    report(
      "kill",
      await killEverywhere(memoryFolder(), OPENINGS[length]),
      await killControls(memoryFolder()),
    ),
  errors: async (length) =>
    report(
      "errors",
      await errorsEverywhere(memoryFolder(), length === "long"),
      await errorControls(memoryFolder()),
    ),
  power,
};

const {values, positionals} = parseArgs({
  args: argv.slice(2),
  options: {long: {type: "boolean", default: false}},
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : Object.keys(HARNESSES);
const unknown = chosen.find((name) => !(name in HARNESSES));
if (unknown !== undefined) {
  stderr.write(`no harness "${unknown}"; there are: ${Object.keys(HARNESSES).join(", ")}\n`);
  exit(3);
}
let ok = true;
for (const name of chosen) ok = (await HARNESSES[name]?.(values.long ? "long" : "quick")) === true && ok;
exit(ok ? 0 : 1);
