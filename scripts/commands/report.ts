// `report`: the main job. Measures what the store lacks (profile quick), builds the site, publishes a
// version, and says where it is and what it found.
import {resolve} from "node:path";
import {Command} from "@commander-js/extra-typings";
import {built, load, readersLast} from "../../loaders/catalogue.ts";
import type {Summary} from "../../loaders/lab/claim.ts";
import {laboratory} from "../../loaders/lab/laboratory.ts";
import {open} from "../../loaders/lab/store/store.ts";
import {current, summarise} from "../../loaders/lab/summary.ts";
import {describe} from "../describe.ts";
import {publish} from "../publish/publish.ts";
import {interruptible, measure} from "./load.ts";

export function report() {
  return new Command("report")
    .description("measure what is missing, build the site, publish a version: the main job")
    .action(async () => {
      const started = Date.now();
      const lab = laboratory();
      const signal = interruptible();
      const summaries: Summary[] = [];
      const definitions = await Promise.all(built().map(({id}) => load(id)));
      for (const definition of readersLast(definitions)) {
        const {id} = definition;
        const index = open(lab.store);
        if (current(lab, definition, index) === null) summaries.push(await measure(id, "quick", signal));
        else {
          process.stderr.write(`${id}: already measured for the present sources\n`);
          summaries.push(await summarise(lab, definition, index));
        }
      }
      const {folder} = await publish({log: (line) => process.stderr.write(`${line}\n`)});
      summaries.sort((a, b) => (a.id < b.id ? -1 : 1));
      process.stdout.write(`\n${summaries.map((summary) => describe(summary)).join("\n")}\n`);
      process.stdout.write(`Report: ${resolve(folder)}  (${Math.round((Date.now() - started) / 1000)} s)\n`);
      process.stdout.write("Open:   npm run preview\n");
    });
}
