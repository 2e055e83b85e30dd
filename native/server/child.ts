// A server in a process of its own, as it is run in earnest: what tests kill, attack and restart.
import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {createInterface} from "node:readline";
import type {Readable} from "node:stream";
import {fileURLToPath} from "node:url";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

export interface ChildServer {
  process: ChildProcess;
  port: number;
  base: string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
}

/** Starts `main.ts` and waits until it serves. Errors: what it said when it ended before. */
export async function startChild(args: readonly string[]): Promise<ChildServer> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let complaint = "";
  (child.stderr as Readable).setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const port = await Promise.race([
    exited.then(() => {
      throw new Error(`the server ended before it served: ${complaint}`);
    }),
    served(child.stdout as Readable),
  ]);
  return {
    process: child,
    port,
    base: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGTERM");
      return (await exited)[0];
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The port, from the log line that says so; the rest of the log is read and dropped. */
function served(log: Readable): Promise<number> {
  return new Promise((resolve) => {
    createInterface({input: log}).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const {msg, port} = JSON.parse(line) as {msg?: string; port?: number};
      if (msg === "serving" && port !== undefined) resolve(port);
    });
  });
}
