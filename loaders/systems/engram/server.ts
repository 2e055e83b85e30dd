// engram's own server in a process of its own, over what a directory holds, and a client of kept connections: what every
// experiment over HTTP stands on. It ends with the process that started it.
import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {existsSync} from "node:fs";
import {Agent, request} from "node:http";
import {createServer} from "node:net";
import {fileURLToPath} from "node:url";
import {guarded} from "../side/guard.ts";

const MAIN = fileURLToPath(new URL("../../../native/server/main.ts", import.meta.url));
const LOOPBACK = "127.0.0.1";
const START_MS_MAX = 60_000;
const START_RETRY_MS = 25;
export const JSON_TYPE = "application/json";

export interface Asked {
  method: "GET" | "POST" | "PUT";
  path: string;
  body?: Buffer;
  type?: string;
  accept?: string;
  /** A write under it is done once, however often it is sent. */
  key?: string;
}

/** The server answered, and not as asked: `name` holds the status, so that failures fall into classes. */
export class AnswerError extends Error {
  constructor(status: number | undefined, path: string, body: Buffer) {
    super(`engram's server answered ${status} to ${path}: ${body}`);
    this.name = `HTTP ${status}`;
  }
}

export interface Client {
  /** Errors: AnswerError, or the connection's own. */
  ask(asked: Asked): Promise<Buffer>;
  close(): void;
}

/** So many connections that are kept; on each a question is sent when the one before was answered. */
export function connect(port: number, connections = 1): Client {
  const agent = new Agent({keepAlive: true, maxSockets: connections, noDelay: true});
  return {
    ask: ({method, path, body, type = JSON_TYPE, accept = JSON_TYPE, key}) =>
      new Promise((resolve, reject) => {
        const headers = {
          accept,
          ...(body === undefined ? {} : {"content-type": type, "content-length": body.length}),
          ...(key === undefined ? {} : {"idempotency-key": key}),
        };
        const sent = request({host: LOOPBACK, port, agent, method, path, headers}, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
            if (response.statusCode !== undefined && response.statusCode < 300) resolve(bytes);
            else reject(new AnswerError(response.statusCode, path, bytes));
          });
        });
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

export const json = (value: unknown) => Buffer.from(JSON.stringify(value));
export const bytesOf = (values: Float32Array) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, "listening");
  const {port} = server.address() as {port: number};
  server.close();
  return port;
}

export interface ServedEngram extends Client {
  process: ChildProcess;
  port: number;
  /** SIGTERM, and wait until it has drained and is gone. */
  stop(): Promise<void>;
}

const TASKSET = "/usr/bin/taskset";

export interface Serving {
  /** Of the client that comes with it. */
  connections?: number;
  /** Those it may run on, e.g. `0-2`; ignored where taskset is missing. */
  cpus?: string;
  /** Further ones of its command line: `--supervise`. */
  options?: readonly string[];
}

/** Serves `directory` and waits until it is ready. Errors: the server ended, or was not ready in 60 s. */
export async function serveEngram(
  directory: string,
  {connections = 1, cpus, options = []}: Serving = {},
): Promise<ServedEngram> {
  const port = await freePort();
  const node = [process.execPath, "--import", "tsx", MAIN];
  const pinned = cpus !== undefined && existsSync(TASKSET) ? [TASKSET, "-c", cpus, ...node] : node;
  const [first = "", ...rest] = [
    ...pinned,
    ...["--data", directory, "--port", String(port), "--log-level", "error", ...options],
  ];
  const [program, programArguments] = guarded(first, rest, {signal: "TERM"});
  const child = spawn(program, programArguments, {stdio: ["ignore", "ignore", "inherit"]});
  const client = connect(port, connections);
  const until = Date.now() + START_MS_MAX;
  while (!(await client.ask({method: "GET", path: "/ready"}).then(Boolean, () => false))) {
    if (child.exitCode !== null || Date.now() > until) {
      client.close();
      child.kill("SIGKILL");
      throw new Error(`engram's server did not get ready on port ${port}`);
    }
    await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS));
  }
  return {
    ...client,
    process: child,
    port,
    async stop() {
      client.close();
      if (child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
