// `show`: one experiment's question, claims and SQL, from the store.
import {Command} from "@commander-js/extra-typings";
import {load} from "../../loaders/catalogue.ts";
import {laboratory} from "../../loaders/lab/laboratory.ts";
import {open} from "../../loaders/lab/store/store.ts";
import {summarise} from "../../loaders/lab/summary.ts";
import {describe} from "../describe.ts";
import {EXIT_CODES} from "../outcome.ts";

export function show() {
  return new Command("show")
    .description("one experiment: question, claims with intervals, SQL")
    .argument("<experiment>", "number or name, e.g. 006")
    .option("--sql", "print the SQL of each claim")
    .option("--all", "name every claim that has no measurement, too")
    .option("--json", "the whole summary as JSON")
    .action(async (experiment, {sql, all, json}) => {
      const lab = laboratory();
      const summary = await summarise(lab, await load(experiment), open(lab.store));
      if (json === true) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
      else {
        process.stdout.write(`${summary.asks}\n${describe(summary, {all: all === true})}`);
        if (sql === true)
          for (const claim of summary.claims) process.stdout.write(`\n-- ${claim.label}\n${claim.sql}\n`);
      }
      process.exitCode = EXIT_CODES[summary.verdict];
    });
}
