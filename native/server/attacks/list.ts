// npm run attacks: the attack list, one line each, with what the honest client beside it saw.
import process, {stdout} from "node:process";
import {run} from "node:test";
import {fileURLToPath} from "node:url";
import table from "./table.ts";

const ATTACKS = fileURLToPath(new URL("./attacks.test.ts", import.meta.url));

/** Long enough that the honest client asks often enough for a 99th percentile. */
process.env.ENGRAM_ATTACK_MS ??= "6000";
const events = run({files: [ATTACKS]});
events.on("test:fail", () => {
  process.exitCode = 1;
});
for await (const line of table(events)) stdout.write(line);
