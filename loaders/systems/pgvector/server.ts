// A PostgreSQL server of this process alone: its directory, its Unix socket, one client. It refuses to run as
// root, so there it runs as nobody, keeping the right to read what root installed; the kernel tells it to shut
// down when this process ends.
import {type ChildProcess, execFile, spawn} from "node:child_process";
import {chownSync, existsSync, mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {requireFrom} from "../packages.ts";
import {guarded, NOBODY_ID} from "../side/guard.ts";
import {killGroup} from "../side/process.ts";
import type {Opening} from "../system.ts";
import {pgvectorFolder, programs} from "./install.ts";

const USER = "postgres";
const START_MS_MAX = 60_000;
const START_RETRY_MS = 25;
/** Asked of the server at each start: what a durable write rests on. */
const PROMISES = {fsync: "on", synchronous_commit: "on"};

export interface Statement {
  /** Prepared once under this name. */
  name: string;
  text: string;
  values: unknown[];
}
export interface Client {
  connect(): Promise<void>;
  query(statement: Statement | string): Promise<{rows: Record<string, unknown>[]}>;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): void;
}
interface Package {
  Client: new (options: {host: string; user: string; database: string}) => Client;
}

export interface Server {
  client: Client;
  /** Another connection, for asking at the same time. */
  connect(): Promise<Client>;
  pid: number;
  /** Its directory was there. */
  reused: boolean;
  stop(): Promise<void>;
}

export interface Settings {
  shared_buffers_mb: number;
  maintenance_work_mem_mb: number;
  work_mem_mb: number;
  m: number;
  ef_construction: number;
  jit: string;
  max_parallel_workers_per_gather: number;
}

const asRoot = () => process.getuid?.() === 0;

const guardedHere = (program: string, programArguments: readonly string[]) =>
  guarded(program, programArguments, {signal: "INT", nobody: asRoot()});

function owned(folder: string): void {
  mkdirSync(folder, {recursive: true, mode: 0o700});
  if (asRoot()) chownSync(folder, NOBODY_ID, NOBODY_ID);
}

export async function startServer(opening: Opening): Promise<Server> {
  const folder = pgvectorFolder(opening.cache);
  const bin = programs(folder);
  const data = join(opening.directory, "postgres");
  const reused = existsSync(join(data, "PG_VERSION"));
  if (!reused) {
    owned(data);
    const initdb = ["-D", data, "-U", USER, "--auth=trust", "-E", "UTF8", "--no-locale"];
    await promisify(execFile)(...guardedHere(join(bin, "initdb"), initdb));
  }
  // A path to a socket holds 107 bytes at most (unix(7)): it gets a short one of its own.
  const socket = mkdtempSync(join(tmpdir(), "engram-pg-"));
  owned(socket);
  const {shared_buffers_mb, maintenance_work_mem_mb, work_mem_mb, jit, max_parallel_workers_per_gather} =
    opening.configuration.settings as unknown as Settings;
  const options = {
    listen_addresses: "",
    unix_socket_directories: socket,
    shared_buffers: `${shared_buffers_mb}MB`,
    maintenance_work_mem: `${maintenance_work_mem_mb}MB`,
    work_mem: `${work_mem_mb}MB`,
    jit,
    max_parallel_workers_per_gather: String(max_parallel_workers_per_gather),
    max_parallel_maintenance_workers: String(opening.threads - 1),
    ...PROMISES,
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(...guardedHere(join(bin, "postgres"), ["-D", data, ...flags]), {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const {Client} = requireFrom<Package>(folder, "pg");
  const connect = async () => {
    const client = new Client({host: socket, user: USER, database: USER});
    client.on("error", () => {}); // told by the query that it breaks
    await client.connect();
    return client;
  };
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    const client = await firstClient(child, connect);
    for (const [name, wanted] of Object.entries(PROMISES)) {
      const {rows} = await client.query(`SHOW ${name}`);
      if (rows[0]?.[name] !== wanted)
        throw new Error(`PostgreSQL has ${name} ${rows[0]?.[name]}, not ${wanted}`);
    }
    return {
      client,
      connect,
      pid: child.pid as number,
      reused,
      async stop() {
        await client.end();
        child.kill("SIGINT"); // fast shutdown: closes what is open and writes a checkpoint
        await gone;
        rmSync(socket, {recursive: true, force: true});
      },
    };
  } catch (error) {
    killGroup(child.pid as number);
    await gone;
    rmSync(socket, {recursive: true, force: true});
    throw error;
  }
}

/** Waits until the server takes a connection; throws with its last words where it ends before. */
async function firstClient(child: ChildProcess, connect: () => Promise<Client>): Promise<Client> {
  let said = "";
  let ended: string | null = null;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-1_000);
  });
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", () => {
    ended ??= said.trim().split("\n").at(-1) ?? "";
  });
  const until = Date.now() + START_MS_MAX;
  for (;;) {
    const client = await connect().catch(() => null);
    if (client !== null) return client;
    if (ended !== null) throw new Error(`PostgreSQL ended before it took a connection: ${ended}`);
    if (Date.now() > until) throw new Error(`PostgreSQL took no connection within ${START_MS_MAX / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS));
  }
}
