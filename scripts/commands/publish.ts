// `publish`: builds the site from the store and writes a version under reports/.
import {Command} from "@commander-js/extra-typings";
import {publish as publishVersion} from "../publish/publish.ts";

export function publish() {
  return new Command("publish")
    .description("build the site and publish a version under reports/")
    .action(async () => {
      const {folder} = await publishVersion({log: (line) => process.stderr.write(`${line}\n`)});
      process.stdout.write(`${folder}\n`);
    });
}
