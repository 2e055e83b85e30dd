// Builds the benchmarks of the core on demand, runs one as a process of its own on one CPU, and writes down what
// it found: one block per visit.
import {execFile} from "node:child_process";
import {existsSync} from "node:fs";
import {join} from "node:path";
import {promisify} from "node:util";
import type {Recorder} from "../lab/measure/recorder.ts";
import {type Finding, findings, visits} from "./finding.ts";

const execute = promisify(execFile);
const BUILD_TIMEOUT_MS = 900_000;
const OUTPUT_BYTES_MAX = 64 * 2 ** 20;
const TASKSET = "/usr/bin/taskset";
const VALGRIND = "/usr/bin/valgrind";
/** The CPU that benchmarks run on; the parent waits on the other. */
const CPU = "1";

export class BenchError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "BenchError";
  }
}

async function command(
  program: string,
  arguments_: string[],
  what: string,
  signal: AbortSignal,
  timeout = 0,
) {
  try {
    return await execute(program, arguments_, {signal, timeout, maxBuffer: OUTPUT_BYTES_MAX});
  } catch (error) {
    signal.throwIfAborted();
    const {stderr = "", message} = error as Error & {stderr?: string};
    throw new BenchError(
      `${what} failed: ${stderr.trim().split("\n").slice(-3).join(" / ") || message.split("\n")[0]}`,
      `run it by hand: ${[program, ...arguments_].join(" ")}`,
    );
  }
}

/** Compiles all benchmarks; configures first, since hnswlib's headers may have come since. */
export async function buildBenches(root: string, signal: AbortSignal): Promise<string> {
  const build = join(root, "native/build");
  await command("cmake", ["-S", join(root, "native"), "-B", build], "configuring native/", signal);
  await command(
    "cmake",
    ["--build", build, "--parallel", "2", "--target", "core_benches"],
    "building the benchmarks",
    signal,
    BUILD_TIMEOUT_MS,
  );
  return join(build, "bench");
}

export interface BenchRun {
  /** Program, in the folder of benchmarks. */
  name: string;
  options: Record<string, string | number>;
  /** What its findings speak of, appended to each metric's name: `wikispeedia-minilm 100000`. */
  of?: string;
}

export interface Bench {
  /** Writes findings down, one block per visit, in rounds of their own. */
  write(all: readonly Finding[], configuration: Record<string, unknown>, of?: string): void;
  run(run: BenchRun): Promise<void>;
  /** Instructions per call of a function (a callgrind pattern) in a run that calls it `calls` times. */
  count(run: BenchRun & {pattern: string; subject: string; operation: string; calls: number}): Promise<void>;
}

/** Versions by subject; others have none of their own. */
export function benches(
  folder: string,
  record: Recorder,
  versions: Record<string, string>,
  signal: AbortSignal,
): Bench {
  let rounds = 0;
  const start = (subject: string, round: number, position: number, configuration: Record<string, unknown>) =>
    record.block({
      subject,
      subject_version: versions[subject] ?? "",
      configuration,
      position,
      round,
      temperature: "warm",
      schedule: "closed",
    });
  const flags = (options: BenchRun["options"]) =>
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

  const write: Bench["write"] = (all, configuration, of = "") => {
    for (const visit of visits(all)) {
      const {subject = "", round = 0, position = 0} = visit[0] ?? {};
      const block = start(subject, rounds + round, position, configuration);
      for (const {metric, label, unit, value, n} of visit)
        block.observe(of === "" ? metric : `${metric} ${of}`, unit, value, {label, n});
      block.end();
    }
    rounds += 1 + Math.max(...all.map(({round}) => round));
  };

  return {
    write,

    async run({name, options, of}) {
      const program = [join(folder, name), ...flags(options)];
      const [first = "", ...rest] = existsSync(TASKSET) ? [TASKSET, "-c", CPU, ...program] : program;
      const {stdout} = await command(first, rest, name, signal);
      write(findings(name, stdout), {bench: name, ...options}, of);
    },

    async count({name, options, pattern, subject, operation, calls}) {
      const block = start(subject, rounds++, 0, {bench: name, tool: "callgrind", ...options});
      if (!existsSync(VALGRIND)) block.exclude("not run: valgrind is missing (Debian package valgrind)");
      else {
        const {stderr} = await command(
          VALGRIND,
          [
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            `--toggle-collect=${pattern}`,
            join(folder, name),
            ...flags(options),
          ],
          `callgrind of ${name}`,
          signal,
        );
        const collected = Number(/Collected : (\d+)/.exec(stderr)?.[1] ?? 0);
        if (collected === 0) block.exclude(`not run: callgrind saw no call of ${pattern} in ${name}`);
        else block.observe("instructions", "count", collected / calls, {label: operation, n: calls});
      }
      block.end();
    },
  };
}
