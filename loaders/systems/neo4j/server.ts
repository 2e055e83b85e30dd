// The JVM that holds Neo4j: started with heap and page cache set, its harness asked by frames; with a port it
// serves Bolt, and a driver of the official package is connected.
import {mkdirSync} from "node:fs";
import {createServer} from "node:net";
import {delimiter, join} from "node:path";
import {requireFrom} from "../packages.ts";
import {guarded} from "../side/guard.ts";
import {type SideProcess, startSide} from "../side/process.ts";
import type {Opening, Readiness} from "../system.ts";
import {neo4jFolder} from "./install.ts";

const OPENED_PACKAGES = ["java.nio", "java.io", "sun.nio.ch", "java.util.concurrent"];
const LOOPBACK = "127.0.0.1";

export interface Settings {
  heap_mb: number;
  page_cache_mb: number;
}

interface Row {
  get(name: string): unknown;
}
export interface Driver {
  executeQuery(query: string, parameters?: Record<string, unknown>): Promise<{records: Row[]}>;
  session(): {
    run(query: string, parameters?: Record<string, unknown>): Promise<{records: Row[]}>;
    close(): Promise<void>;
  };
  close(): Promise<void>;
}
interface Package {
  driver(
    url: string,
    token: undefined,
    options: {disableLosslessIntegers: boolean; telemetryDisabled: boolean},
  ): Driver;
  int(value: number): unknown;
}

export interface Server {
  side: SideProcess;
  /** Nodes that the directory held. */
  nodes: number;
  bolt: Bolt | null;
  stop(): Promise<void>;
}

export interface Bolt {
  driver: Driver;
  /** An integer of Cypher: a plain number would be sent as a float. */
  int(value: number): unknown;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, LOOPBACK, () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}

export async function startServer({cache, configuration, directory}: Opening): Promise<Server> {
  const folder = neo4jFolder(cache);
  const {heap_mb, page_cache_mb} = configuration.settings as unknown as Settings;
  const home = join(directory, "neo4j");
  mkdirSync(home, {recursive: true});
  const javaArguments = [
    `-Xms${heap_mb}m`,
    `-Xmx${heap_mb}m`,
    ...OPENED_PACKAGES.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    "-cp",
    [join(folder, "classes"), join(folder, "lib/*")].join(delimiter),
    "Harness",
  ];
  // Its harness watches its input, but a busy JVM may take long to halt: the kernel does not.
  const side = startSide(...guarded("java", javaArguments, {signal: "KILL"}));
  const port = configuration.form === "served" ? await freePort() : 0;
  const [nodes] = await side.ask("start", home, page_cache_mb, port);
  const bolt = port === 0 ? null : connect(folder, port);
  return {
    side,
    nodes: Number(nodes),
    bolt,
    async stop() {
      await bolt?.driver.close();
      await side.ask("stop");
      await side.stop();
    },
  };
}

function connect(folder: string, port: number): Bolt {
  const neo4j = requireFrom<Package>(folder, "neo4j-driver");
  const driver = neo4j.driver(`bolt://${LOOPBACK}:${port}`, undefined, {
    disableLosslessIntegers: true,
    telemetryDisabled: true,
  });
  return {driver, int: neo4j.int};
}

/** Waits until every index is online. */
export async function readinessOf({side}: Server, held: "nodes" | "edges"): Promise<Readiness> {
  const [nodes, edges, populated] = (await side.ask("ready")) as [number, number, number];
  const count = held === "nodes" ? nodes : edges;
  return {held: count, indexed: Math.floor(count * populated), segments: null, index_bytes: null};
}
