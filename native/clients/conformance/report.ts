// npx tsx native/clients/conformance/report.ts: all clients through the whole suite against a server in a process of
// its own, a line of JSON per case, and per planted defect whether it was caught. Exit code 1 where a case failed,
// 3 where it could not run. The clients go at the same time: most of their time is waiting for planted faults.
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {exit, stderr, stdout} from "node:process";
import {startChild} from "../../server/child.ts";
import {addKey} from "../../server/keys.ts";
import {VERBS} from "../../server/operation.ts";
import {readSuite, runCase, spaceOf} from "./conformance.ts";
import {FaultProxy} from "./fault-proxy.ts";
import {DEFECTS, isCaught} from "./planted.ts";
import {CLIENTS, concerns, started} from "./toolchain.ts";

const suite = readSuite();
const directory = mkdtempSync(join(tmpdir(), "engram-conformance-"));
const keys = join(directory, "keys.json");
const key = addKey(keys, {spaces: ["*"], verbs: [...VERBS]});
let failed = 0;
let code = 0;

const manifest = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
const VERSION = /version"?\s*[:=]\s*"([^"]+)"/;
const versionOf = (client: string) =>
  VERSION.exec(
    manifest(
      client === "Rust"
        ? "../rust/Cargo.toml"
        : client === "TypeScript"
          ? "../typescript/package.json"
          : "../python/pyproject.toml",
    ),
  )?.[1] ?? "";

function tell(line: object): void {
  stdout.write(`${JSON.stringify(line)}\n`);
}

async function cases(client: string, port: number): Promise<void> {
  const proxy = await FaultProxy.start(port);
  let program = await started(CLIENTS[client] as never);
  for (const [number, one] of suite.entries()) {
    if (!concerns(client, one)) continue;
    const began = performance.now();
    const wrong = await runCase({program, proxy, key}, one, spaceOf(client, number)).catch(
      async (error: Error) => {
        program.stop();
        program = await started(CLIENTS[client] as never);
        return [error.message];
      },
    );
    failed += wrong.length === 0 ? 0 : 1;
    const ms = performance.now() - began;
    tell({
      kind: "case",
      client,
      version: versionOf(client),
      group: one.group,
      name: one.name,
      steps: one.steps.length,
      ms,
      wrong,
    });
  }
  program.stop();
  await proxy.close();
}

async function planted(port: number): Promise<void> {
  const proxy = await FaultProxy.start(port);
  const program = await started(CLIENTS.TypeScript as never);
  for (const defect of Object.keys(DEFECTS)) {
    const caught = await isCaught({program, proxy, key}, suite, defect);
    failed += caught ? 0 : 1;
    tell({kind: "planted", defect, caught});
  }
  program.stop();
  await proxy.close();
}

try {
  // One after the other, before the clock of any case: what is missing is said at once.
  for (const make of Object.values(CLIENTS)) await make();
  const backups = join(directory, "backups");
  const server = await startChild(["--data", join(directory, "data"), "--backups", backups, "--keys", keys]);
  try {
    await Promise.all([
      ...Object.keys(CLIENTS).map((client) => cases(client, server.port)),
      planted(server.port),
    ]);
  } finally {
    await server.kill();
  }
} catch (error) {
  const {message, remedy = ""} = error as Error & {remedy?: string};
  stderr.write(`${message}\n${remedy}\n`);
  code = 3;
} finally {
  rmSync(directory, {recursive: true, force: true});
}
exit(code === 0 && failed > 0 ? 1 : code);
