// `list`: all 31 experiments with their verdicts.
import {Command} from "@commander-js/extra-typings";
import {built, CATALOGUE, load} from "../../loaders/catalogue.ts";
import {laboratory} from "../../loaders/lab/laboratory.ts";
import {open} from "../../loaders/lab/store/store.ts";
import {overview, summarise} from "../../loaders/lab/summary.ts";

export function list() {
  return new Command("list")
    .description("all experiments and their verdicts")
    .option("--json", "as JSON")
    .action(async ({json}) => {
      const lab = laboratory();
      const index = open(lab.store);
      const summaries = [];
      for (const {id} of built()) summaries.push(await summarise(lab, await load(id), index));
      const all = overview(CATALOGUE, summaries, index);
      if (json === true) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
      else
        for (const {id, title, verdict, note} of all.experiments)
          process.stdout.write(`${id}  ${title.padEnd(34)} ${verdict.padEnd(20)} ${note}\n`);
    });
}
