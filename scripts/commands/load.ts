// `load`: measures one experiment (or all that are built) and appends the runs; ends with the verdict.
import {Argument, Command, Option} from "@commander-js/extra-typings";
import {built, load as declaration} from "../../loaders/catalogue.ts";
import type {Summary} from "../../loaders/lab/claim.ts";
import {laboratory} from "../../loaders/lab/laboratory.ts";
import {runExperiment} from "../../loaders/lab/measure/run.ts";
import type {ProfileName} from "../../loaders/lab/record.ts";
import {open} from "../../loaders/lab/store/store.ts";
import {summarise} from "../../loaders/lab/summary.ts";
import {describe} from "../describe.ts";
import {CommandError, EXIT_CODES} from "../outcome.ts";
import {progress} from "../progress.ts";

/** Aborts on Ctrl-C, so that scratch folders and child processes go before we do. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new DOMException("stopped by Ctrl-C", "AbortError")));
  process.once("SIGTERM", () => controller.abort(new DOMException("stopped", "AbortError")));
  return controller.signal;
}

/** Measures with a progress bar and returns what the store now says. */
export async function measure(id: string, profile: ProfileName, signal: AbortSignal): Promise<Summary> {
  const lab = laboratory();
  const definition = await declaration(id);
  const bar = progress(definition.id, process.stderr);
  try {
    const {replicate, key} = await runExperiment(lab, definition, profile, {
      signal,
      progress: (done, total, doing) => bar.update(done, total, doing),
      waiting: ({pid, doing}) =>
        process.stderr.write(`waiting for process ${pid}, which measures ${doing}\n`),
    });
    bar.end();
    process.stderr.write(`${definition.id}: stored replicate ${replicate} under key ${key.slice(0, 12)}\n`);
  } finally {
    bar.end();
  }
  return summarise(lab, definition, open(lab.store));
}

/** The worst of several verdicts, as an exit code. */
export function worst(summaries: readonly Summary[]): number {
  const codes = summaries.map(({verdict}) => EXIT_CODES[verdict]);
  return codes.includes(EXIT_CODES.missed) ? EXIT_CODES.missed : Math.max(0, ...codes);
}

export function load() {
  return new Command("load")
    .description("measure an experiment and append the run to the store")
    .addArgument(new Argument("[experiment]", "number or name, e.g. 006"))
    .addOption(
      new Option("-p, --profile <name>", "how much evidence")
        .choices(["quick", "standard", "full"] as const)
        .default("quick" as const),
    )
    .option("--all", "every experiment that is built")
    .addHelpText(
      "after",
      `
Examples:
  $ npm run load -- 006
  $ npm run load -- 006 --profile standard
  $ npm run load -- --all

A run again with the same sources is a replicate under the same key; nothing is overwritten.`,
    )
    .action(async (experiment, {profile, all}) => {
      const ids = all === true ? built().map(({id}) => id) : experiment === undefined ? [] : [experiment];
      if (ids.length === 0)
        throw new CommandError(
          "no experiment was named",
          "name one, e.g. npm run load -- 006, or pass --all",
        );
      const signal = interruptible();
      const summaries: Summary[] = [];
      for (const id of ids) {
        const summary = await measure(id, profile, signal);
        summaries.push(summary);
        process.stdout.write(describe(summary));
      }
      process.exitCode = worst(summaries);
    });
}
