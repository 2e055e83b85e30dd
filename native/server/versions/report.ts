// npx tsx native/server/versions/report.ts: what becomes of older clients, a line of JSON for each thing that was tried.
// Exit code 1 where an older client would notice, 3 where it could not run.
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {exit, stderr, stdout} from "node:process";
import {type NamedCase, readSuite, runCase} from "../../clients/conformance/conformance.ts";
import {FaultProxy} from "../../clients/conformance/fault-proxy.ts";
import {CLIENTS, started} from "../../clients/conformance/toolchain.ts";
import {type ChildServer, startChild} from "../child.ts";
import {addKey} from "../keys.ts";
import {openApi} from "../openapi.ts";
import {VERBS, VERSIONS} from "../operation.ts";
import {breakingChanges} from "./breaking.ts";
import {OLDER, readOlder} from "./changes.ts";
import {operationOf} from "./deprecated.ts";
import {readGolden} from "./exchange.ts";
import {BREAKING, broken, STUMBLES} from "./planted.ts";
import {replay} from "./replay.ts";

const UNAUTHENTICATED = 401;
const directory = mkdtempSync(join(tmpdir(), "engram-versions-"));
const keys = join(directory, "keys.json");
const key = addKey(keys, {spaces: ["*"], verbs: [...VERBS]});
let troubles = 0;
let servers = 0;

function tell(line: {kind: string; wrong: string[]} & Record<string, unknown>): void {
  troubles += line.wrong.length;
  stdout.write(`${JSON.stringify(line)}\n`);
}

/** A fresh server in a process of its own. */
async function withServer(use: (server: ChildServer) => Promise<void>): Promise<void> {
  const own = join(directory, String(servers++));
  const backups = join(own, "backups");
  const server = await startChild(["--data", join(own, "data"), "--backups", backups, "--keys", keys]);
  try {
    await use(server);
  } finally {
    await server.kill();
  }
}

/** One request as it was answered: was it warned of as it had to be? */
function use(by: string, one: {method: string; path: string; status: number; warned: boolean}): void {
  const operation = operationOf(one.method, one.path);
  if (operation === undefined || one.status === UNAUTHENTICATED) return;
  const wrong =
    one.warned === operation.deprecated
      ? []
      : [operation.deprecated ? "no warning" : "a warning without reason"];
  tell({
    kind: "use",
    by,
    operation: operation.name,
    deprecated: operation.deprecated,
    warned: one.warned,
    wrong,
  });
}

async function older(): Promise<void> {
  const {exchanges, recordedAt} = readGolden();
  const unnoticed = new Set(Object.keys(STUMBLES));
  await withServer(async ({port}) => {
    for await (const one of replay(port, key, exchanges)) {
      const {manner, method, path, exchange, wrong} = one;
      const label = `${exchange.case}: ${method} ${path}`;
      const operation = operationOf(method, path)?.name.replace(/^v\d_/, "") ?? "none";
      tell({kind: "replayed", recordedAt, manner, operation, label, wrong});
      use(`client of ${recordedAt}`, one);
      for (const fault of unnoticed)
        if (one.had(STUMBLES[fault] as never).length > 0) unnoticed.delete(fault);
    }
  });
  for (const fault of Object.keys(STUMBLES))
    tell({kind: "planted", where: "answers", fault, wrong: unnoticed.has(fault) ? ["not found"] : []});
}

/** Every client, under each version, with answers that have fields it does not know. */
async function tolerance(): Promise<void> {
  const one = readSuite().find(({newer}) => newer) as NamedCase;
  await withServer(async ({port}) => {
    const proxy = await FaultProxy.start(port);
    for (const [client, make] of Object.entries(CLIENTS)) {
      const program = await started(make);
      for (const version of VERSIONS) {
        const space = `newer-${client.toLowerCase().replace(/\W+/g, "-")}-${version}`;
        const wrong = await runCase({program, proxy, key}, {...one, client: {version}}, space);
        tell({kind: "tolerated", client, version, answers: proxy.added, wrong});
        for (const seen of proxy.uses) use(client, seen);
      }
      program.stop();
    }
    await proxy.close();
  });
}

function changes(): void {
  for (const version of OLDER)
    tell({
      kind: "changes",
      since: version,
      wrong: breakingChanges(readOlder(version), openApi(), Date.now()),
    });
  for (const change of Object.keys(BREAKING)) {
    const found = breakingChanges(openApi(), broken(openApi(), change), Date.now());
    tell({kind: "planted", where: "document", fault: change, wrong: found.length > 0 ? [] : ["not found"]});
  }
}

let code = 0;
try {
  changes();
  await older();
  await tolerance();
} catch (error) {
  const {message, remedy = "run the server by itself: npm run serve"} = error as Error & {remedy?: string};
  stderr.write(`${message}\n${remedy}\n`);
  code = 3;
} finally {
  rmSync(directory, {recursive: true, force: true});
}
exit(code === 0 && troubles > 0 ? 1 : code);
