// The libFuzzer targets of native/fuzz: each over its committed seeds and then what it makes of them, for so
// many seconds; a reader without its bounds check must be found out in the same time.
import {mkdirSync, readdirSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {runChild} from "./child.ts";
import {inScratch} from "./script.ts";

const NATIVE = fileURLToPath(new URL("../../native/", import.meta.url));
const PROGRAMS = join(NATIVE, "build-asan", "fuzz");
const CORPUS = join(NATIVE, "fuzz", "corpus");
export const FINDINGS = join(tmpdir(), "engram-fuzz-findings");

export const TARGETS: readonly string[] = readdirSync(CORPUS).sort();
/** The target that is compiled over the planted defect, and whose seeds it takes. */
const PLANTED = {program: "planted", corpus: "operation"} as const;

const MEMORY_MB = 2_048;
const ONE_INPUT_S = 10;
const GRACE_MS = 30_000;

export interface Fuzzed {
  target: string;
  seeds: number;
  executions: number;
  /** What it found: the sanitizer's or the target's last words. */
  finding: string | null;
}

async function run(program: string, corpus: string, seconds: number): Promise<Fuzzed> {
  mkdirSync(FINDINGS, {recursive: true});
  const seeds = join(CORPUS, corpus);
  return inScratch(async (found) => {
    const {code, err} = await runChild(
      [
        join(PROGRAMS, `${program}_fuzz`),
        `-max_total_time=${seconds}`,
        `-timeout=${ONE_INPUT_S}`,
        `-rss_limit_mb=${MEMORY_MB}`,
        `-artifact_prefix=${FINDINGS}/${program}-`,
        "-print_final_stats=1",
        found,
        seeds,
      ],
      {deadlineMs: seconds * 1_000 + GRACE_MS},
    );
    const executions = Number(err.match(/number_of_executed_units:\s*(\d+)/)?.[1] ?? 0);
    const words = err.match(/^(?:fuzz:|SUMMARY:|.*ERROR:).*$/gm)?.join("; ");
    const file = err.match(/Test unit written to (\S+)/)?.[1];
    return {
      target: program,
      seeds: readdirSync(seeds).length,
      executions,
      finding:
        code === 0 ? null : `${words ?? `it ended with ${code}`}${file === undefined ? "" : ` (${file})`}`,
    };
  });
}

export const fuzz = (target: string, seconds: number): Promise<Fuzzed> => run(target, target, seconds);

/** What the planted defect was found by, or null. */
export async function fuzzControl(seconds: number): Promise<string | null> {
  const {finding} = await run(PLANTED.program, PLANTED.corpus, seconds);
  return finding?.match(/AddressSanitizer: [\w-]+/)?.[0] ?? null;
}
