// npx tsx native/server/versions/record.ts CHECKOUT: runs the client of an older checkout (built, in a folder of its
// own) against the server of that checkout and keeps what went over the wire, for replay.ts to send again.
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {createServer, type IncomingMessage, type ServerResponse, request as send} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {argv, exit, stderr} from "node:process";
import {bodyOf, type Exchange} from "./exchange.ts";

/** Groups of the suite whose requests are small and meet no planted fault. */
const GROUPS = ["crud", "errors", "recall", "text"];

const checkout = resolve(argv[2] ?? "");
const older = <T>(file: string) => import(join(checkout, "native", file)) as Promise<T>;

const exchanges: Exchange[] = [];
let current = "";

/** Passes on to `port` and notes both ways. */
function recorder(port: number, key: string) {
  return createServer((incoming: IncomingMessage, answer: ServerResponse) => {
    const asked: Buffer[] = [];
    incoming.on("data", (piece: Buffer) => asked.push(piece));
    incoming.on("end", () => {
      const {method = "", url: path = "", headers} = incoming;
      const outgoing = send({host: "127.0.0.1", port, method, path, headers}, (come) => {
        const told: Buffer[] = [];
        come.on("data", (piece: Buffer) => told.push(piece));
        come.on("end", () => {
          const type = come.headers["content-type"] ?? "";
          const given = headers["content-type"];
          const idempotencyKey = headers["idempotency-key"];
          exchanges.push({
            case: current,
            request: {
              method,
              path,
              ...(given === undefined ? {} : {type: given, body: bodyOf(given, Buffer.concat(asked))}),
              ...(headers.accept === undefined || headers.accept === "*/*" ? {} : {accept: headers.accept}),
              ...(typeof idempotencyKey === "string" ? {idempotencyKey} : {}),
              key:
                headers.authorization === undefined
                  ? "none"
                  : headers.authorization === `Bearer ${key}`
                    ? "right"
                    : "wrong",
            },
            answer: {status: come.statusCode ?? 0, type, body: bodyOf(type, Buffer.concat(told))},
          });
          answer.writeHead(come.statusCode ?? 502, come.headers);
          answer.end(Buffer.concat(told));
        });
      });
      outgoing.end(Buffer.concat(asked));
    });
  });
}

interface Case {
  name: string;
  group: string;
  steps: {faults?: unknown[]}[];
}
interface OlderProxy {
  close(): Promise<void>;
}
type Conformance = {
  readSuite(): Case[];
  runCase(setting: object, one: Case, space: string): Promise<string[]>;
};

const {Server} = await older<{
  Server: {start(options: object): Promise<{port: number; close(): Promise<void>}>};
}>("server/server.ts");
const {addKey} = await older<{addKey(file: string, scope: object): string}>("server/keys.ts");
const {VERBS} = await older<{VERBS: string[]}>("server/operation.ts");
const {readSuite, runCase} = await older<Conformance>("clients/conformance/conformance.ts");
const {FaultProxy} = await older<{FaultProxy: {start(port: number): Promise<OlderProxy>}}>(
  "clients/conformance/fault-proxy.ts",
);
const {Program} = await older<{Program: new (words: string[]) => {stop(): void}}>(
  "clients/conformance/program.ts",
);
const {CLIENTS} = await older<{CLIENTS: Record<string, () => Promise<{words: string[]}>>}>(
  "clients/conformance/toolchain.ts",
);

const directory = mkdtempSync(join(tmpdir(), "engram-record-"));
const keys = join(directory, "keys.json");
const key = addKey(keys, {spaces: ["*"], verbs: [...VERBS]});
const server = await Server.start({data: join(directory, "data"), keys});
const middle = recorder(server.port, key);
await new Promise<void>((done) => middle.listen(0, "127.0.0.1", done));
const proxy = await FaultProxy.start((middle.address() as AddressInfo).port);
const {words} = await (CLIENTS.TypeScript as () => Promise<{words: string[]}>)();
const program = new Program(words);
const chosen = readSuite().filter(
  ({group, steps}) => GROUPS.includes(group) && steps.every(({faults = []}) => faults.length === 0),
);
let failed = 0;
for (const [number, one] of chosen.entries()) {
  current = `${one.group}: ${one.name}`;
  const wrong = await runCase({program, proxy, key}, one, `older-${number}`);
  if (wrong.length > 0) stderr.write(`${current}: ${wrong.join("; ")}\n`);
  failed += wrong.length;
}
program.stop();
const recordedAt = execFileSync("git", ["-C", checkout, "rev-parse", "--short", "HEAD"]).toString().trim();
writeFileSync(
  new URL("../golden/exchanges.json", import.meta.url),
  `${JSON.stringify({recordedAt, exchanges}, null, 1)}\n`,
);
stderr.write(`${exchanges.length} exchanges of ${chosen.length} cases\n`);
rmSync(directory, {recursive: true, force: true});
exit(failed === 0 ? 0 : 1);
