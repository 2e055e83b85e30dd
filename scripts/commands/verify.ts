// `verify`: every stored run and every published version against its checksums.
import {existsSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {Command} from "@commander-js/extra-typings";
import {laboratory} from "../../loaders/lab/laboratory.ts";
import {open} from "../../loaders/lab/store/store.ts";
import {verifyReport} from "../publish/verify.ts";

export function verify() {
  return new Command("verify")
    .description("check every record and every published version against its checksums")
    .action(() => {
      const {store} = laboratory();
      const index = open(store);
      for (const {path, kind, says, remedy} of index.problems)
        process.stdout.write(`${kind}: ${path}: ${says}\nmend: ${remedy}\n`);
      process.stdout.write(`store: ${index.runs.length} runs verified, root ${index.root.slice(0, 12)}\n`);
      let wrong = index.problems.filter(({kind}) => kind !== "leftover").length;
      const versions = existsSync("reports")
        ? readdirSync("reports").filter((name) => /^\d{4}-/.test(name))
        : [];
      for (const name of versions) {
        const {differences} = verifyReport(join("reports", name));
        for (const difference of differences)
          process.stdout.write(`${name}: ${JSON.stringify(difference)}\n`);
        process.stdout.write(
          `report ${name}: ${differences.length === 0 ? "verified" : `${differences.length} files differ`}\n`,
        );
        wrong += differences.length;
      }
      process.exitCode = wrong === 0 ? 0 : 1;
    });
}
