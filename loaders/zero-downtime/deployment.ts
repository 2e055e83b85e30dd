// Releases of the server in folders, and a link to the one that is deployed: a new one is rolled out by moving the link
// and telling the supervisor. The port stays.
import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";
import {guarded} from "../systems/side/guard.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** As they lie in the project, so that what the server finds beside itself is found. */
const SOURCE = "native/server/main.ts";
const BUILT = "native/server/main.js";
const LINKED = ["native/build", "node_modules"];
const CURRENT = "current";
const TASKSET = "/usr/bin/taskset";
const POLL_MS = 20;
const TAKE_OVER_MS_MAX = 60_000;

/** A release did not arrive, or the server did not start. */
export class DeploymentError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "DeploymentError";
  }
}

/** Builds the code of now into a folder, under a version of its own: one file, beside the core and the packages. */
export async function makeRelease(directory: string, version: string): Promise<void> {
  const release = join(directory, version);
  mkdirSync(join(release, "native"), {recursive: true});
  const told = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<string, unknown>;
  writeFileSync(join(release, "package.json"), JSON.stringify({...told, version}));
  await build({
    entryPoints: [join(ROOT, SOURCE)],
    outfile: join(release, BUILT),
    ...{bundle: true, platform: "node", format: "esm", packages: "external", logLevel: "silent"},
  });
  for (const path of LINKED) symlinkSync(join(ROOT, path), join(release, path));
}

export interface Health {
  pid: number;
  release: string;
  phase: string;
}

export interface Deployment {
  port: number;
  health(): Promise<Health>;
  /** Rolls a version out; resolves when it serves, with what answers then. */
  roll(version: string): Promise<Health>;
  /** Drains and ends. */
  stop(): Promise<void>;
}

/** Starts the supervisor over `data` with the first version. `cpus`: those that it and its servers may run on. Errors: DeploymentError with what it said last. */
export async function deploy(
  directory: string,
  data: string,
  version: string,
  cpus?: string,
): Promise<Deployment> {
  point(directory, version);
  const main = join(directory, CURRENT, BUILT);
  const pinned = cpus !== undefined && existsSync(TASKSET) ? [TASKSET, "-c", cpus] : [];
  const [first = "", ...rest] = [
    ...pinned,
    ...[process.execPath, main, "--data", data, "--port", "0", "--supervise"],
  ];
  const [program, programArguments] = guarded(first, rest, {signal: "TERM"});
  const child = spawn(program, programArguments, {stdio: ["ignore", "pipe", "pipe"]});
  const port = await served(child);
  const health = async () =>
    (await (
      await fetch(`http://127.0.0.1:${port}/health`, {headers: {connection: "close"}})
    ).json()) as Health;
  return {
    port,
    health,
    async roll(next) {
      const {pid} = await health();
      point(directory, next);
      child.kill("SIGHUP");
      for (const until = Date.now() + TAKE_OVER_MS_MAX; Date.now() < until; ) {
        const now = await health();
        if (now.pid !== pid && now.phase === "serving" && now.release === next) return now;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      throw new DeploymentError(
        `release ${next} did not serve within ${TAKE_OVER_MS_MAX} ms`,
        "start it by itself: npm run serve -- --data DIR --supervise",
      );
    },
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** The link is replaced, never absent. */
function point(directory: string, version: string): void {
  const next = join(directory, `${CURRENT}.next`);
  symlinkSync(version, next);
  renameSync(next, join(directory, CURRENT));
}

/** The port, from the log line that says so; the log is read on, so that the server never waits for it. */
function served(child: ChildProcess): Promise<number> {
  const last: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => last.push(text));
  return new Promise((resolve, reject) => {
    child.once("exit", (code) =>
      reject(
        new DeploymentError(
          `the server ended with ${code} before it served: ${last.slice(-3).join("")}`,
          "build it with sh scripts/setup.sh",
        ),
      ),
    );
    child.once("error", reject);
    if (child.stdout !== null)
      createInterface({input: child.stdout}).on("line", (line) => {
        if (!line.startsWith("{")) return;
        const {msg, port} = JSON.parse(line) as {msg?: string; port?: number};
        if (msg === "serving" && port !== undefined) resolve(port);
      });
  });
}
