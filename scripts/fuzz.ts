// `npm run fuzz`: every libFuzzer target for ten seconds, or as long as `-- --seconds` says; a line of JSON for
// each. Exit code 0: nothing found, and the planted defect was; 1 otherwise.
import {cpus} from "node:os";
import {argv, exit, stdout} from "node:process";
import {parseArgs} from "node:util";
import {inParallel} from "../loaders/faults/child.ts";
import {type Fuzzed, fuzz, fuzzControl, TARGETS} from "../loaders/faults/fuzz.ts";

const {values} = parseArgs({args: argv.slice(2), options: {seconds: {type: "string", default: "10"}}});
const seconds = Number(values.seconds);

function print({target, ...rest}: Fuzzed, controls: Record<string, string | null>): boolean {
  const violations = rest.finding === null ? 0 : 1;
  stdout.write(`${JSON.stringify({harness: `fuzz ${target}`, ...rest, violations, controls})}\n`);
  return violations === 0 && rest.executions > rest.seeds;
}

const caughtBy = await fuzzControl(seconds);
const results = await inParallel(TARGETS, cpus().length, (target) => fuzz(target, seconds));
const clean = results.map((result) => print(result, {"a reader without its bounds check": caughtBy}));
exit(caughtBy !== null && clean.every(Boolean) ? 0 : 1);
