// The one command line: `npm run load -- 006`, `npm run report`, … Each command is a file in commands/;
// this file only puts them together and turns errors into one line and an exit code.
import {Command} from "@commander-js/extra-typings";
import {doctor} from "./commands/doctor.ts";
import {list} from "./commands/list.ts";
import {load} from "./commands/load.ts";
import {preview} from "./commands/preview.ts";
import {publish} from "./commands/publish.ts";
import {report} from "./commands/report.ts";
import {show} from "./commands/show.ts";
import {systems} from "./commands/systems.ts";
import {verify} from "./commands/verify.ts";
import {COULD_NOT_RUN, explain} from "./outcome.ts";

const program = new Command("engram-workbench")
  .description(
    "Measures engram and its rivals on this machine, keeps every record, and publishes what they show.",
  )
  .showHelpAfterError("(add --help for the options and examples)")
  .showSuggestionAfterError()
  .configureHelp({sortSubcommands: false})
  .exitOverride((error) => {
    throw error;
  })
  .addHelpText(
    "after",
    `
Examples:
  $ npm run report                          measure what is missing, build, publish: the main job
  $ npm run load -- 006                     one experiment, profile quick
  $ npm run load -- 006 --profile standard  the same question with more evidence
  $ npm run list                            all experiments and their verdicts
  $ npm run show -- 006                     claims of one experiment with intervals and SQL
  $ npm run doctor                          tools, datasets, store: what is there, what is not
  $ npm run systems -- doctor               the systems under test: installed, started, asked for nothing
  $ npm run preview                         open the newest published report

Exit codes: 0 met · 1 missed · 2 not enough evidence · 3 could not run`,
  );

for (const command of [report, load, list, show, verify, publish, preview, doctor, systems]) {
  program.addCommand(
    command().exitOverride((error) => {
      throw error;
    }),
  );
}

/** A reader that has seen enough (`… | head`) is no error. */
const endsQuietly = (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
};
process.stdout.on("error", endsQuietly);
process.stderr.on("error", endsQuietly);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error, process.stderr);
}

process.on("uncaughtException", (error) => {
  explain(error, process.stderr);
  process.exit(COULD_NOT_RUN);
});
