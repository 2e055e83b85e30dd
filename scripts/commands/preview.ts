// `preview`: serves a published version on loopback until Ctrl-C.
import {existsSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {Command} from "@commander-js/extra-typings";
import {CommandError} from "../outcome.ts";
import {serve} from "../publish/serve.ts";
import {interruptible} from "./load.ts";

const PORT_DEFAULT = 3_000;

export function preview() {
  return new Command("preview")
    .description("serve the newest published report on loopback")
    .argument("[version]", "a folder name under reports/")
    .option("--port <number>", "port on 127.0.0.1", Number, PORT_DEFAULT)
    .action(async (version, {port}) => {
      const all = existsSync("reports")
        ? readdirSync("reports").filter((name) => existsSync(join("reports", name, "site")))
        : [];
      const chosen = version ?? all.sort().at(-1);
      if (chosen === undefined || !all.includes(chosen))
        throw new CommandError(
          chosen === undefined ? "no version with pages is under reports/" : `reports/${chosen} has no pages`,
          "npm run report, or npm run publish, builds them",
        );
      const served = await serve(join("reports", chosen, "site"), port);
      process.stdout.write(`${served.url}  (Ctrl-C ends it)\n`);
      await new Promise((resolve) => interruptible().addEventListener("abort", resolve));
      await served.close();
    });
}
