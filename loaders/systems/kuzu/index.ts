// Kuzu through its npm package: an embedded graph database with Cypher, in this process.
import {existsSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {installPackages, requirePackage} from "../packages.ts";
import type {GraphTraversal, Opening, System} from "../system.ts";
import {card} from "./card.ts";

interface Rows {
  getAllSync(): Record<string, unknown>[];
  close(): void;
}
interface Prepared {
  isSuccess(): boolean;
  getErrorMessage(): string;
}
interface Connection {
  querySync(text: string): Rows;
  prepareSync(text: string): Prepared;
  executeSync(statement: Prepared, parameters: Record<string, unknown>): Rows;
  closeSync(): void;
}
interface Package {
  Database: new (path: string, bufferPoolBytes: number) => {closeSync(): void};
  Connection: new (database: unknown, threads: number) => Connection;
}

const MEBIBYTE = 2 ** 20;
/** Of the ways to ask (plain 1..k, ALL SHORTEST, SHORTEST, chained hops), the first was the fastest on every depth. */
const WITHIN: Record<string, (hops: number) => string> = {
  shortest: (hops) => `MATCH (a:N)-[:E* SHORTEST 1..${hops}]->(b:N)`,
  plain: (hops) => `MATCH (a:N)-[:E*1..${hops}]->(b:N)`,
};
const ASKED = {
  count: "WHERE a.id = $seed AND b.id <> $seed RETURN count(DISTINCT b.id) AS answer",
  nodes: "WHERE a.id = $seed AND b.id <> $seed RETURN DISTINCT b.id AS answer",
};

function graphTraversal({cache, configuration, directory, threads}: Opening): GraphTraversal {
  const {Database, Connection} = requirePackage<Package>(cache, card.name, "kuzu");
  const {buffer_pool_mb} = configuration.settings as {buffer_pool_mb: number};
  const statements = new Map<string, Prepared>();
  let database: {closeSync(): void};
  let connection: Connection;

  const prepared = (text: string) => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const made = connection.prepareSync(text);
    if (!made.isSuccess()) throw new Error(`Kuzu cannot prepare ${text}: ${made.getErrorMessage()}`);
    statements.set(text, made);
    return made;
  };
  const ask = (text: string, parameters: Record<string, unknown>) => {
    const result = connection.executeSync(prepared(text), parameters);
    const rows = result.getAllSync();
    result.close();
    return rows;
  };
  const within = (seed: number, hops: number, wording: string, asked: keyof typeof ASKED) =>
    ask(`${WITHIN[wording]?.(hops)} ${ASKED[asked]}`, {seed});

  return {
    wordings: Object.keys(WITHIN),
    async start() {
      const path = join(directory, "kuzu.db");
      const reused = existsSync(path);
      database = new Database(path, buffer_pool_mb * MEBIBYTE);
      connection = new Connection(database, threads);
      return reused;
    },
    async load({nodes, from, to}) {
      const files = {nodes: join(directory, "nodes.csv"), edges: join(directory, "edges.csv")};
      writeFileSync(files.nodes, Array.from({length: nodes}, (_, node) => `${node}\n`).join(""));
      writeFileSync(files.edges, Array.from(from, (node, at) => `${node},${to[at]}\n`).join(""));
      for (const statement of [
        "CREATE NODE TABLE N(id INT64, PRIMARY KEY(id))",
        "CREATE REL TABLE E(FROM N TO N)",
        `COPY N FROM '${files.nodes}'`,
        `COPY E FROM '${files.edges}'`,
      ])
        connection.querySync(statement).close();
      for (const file of Object.values(files)) rmSync(file);
    },
    async ready() {
      const held = Number(ask("MATCH ()-[e:E]->() RETURN count(*) AS answer", {})[0]?.answer);
      return {held, indexed: held, segments: null, index_bytes: null};
    },
    reach: (seed, hops, wording) => Number(within(seed, hops, wording, "count")[0]?.answer),
    reached: (seed, hops, wording) =>
      Uint32Array.from(within(seed, hops, wording, "nodes"), ({answer}) => Number(answer)),
    nullRequest() {
      ask("RETURN 1 AS answer", {});
    },
    processes: () => [],
    async stop() {
      connection.closeSync();
      database.closeSync();
    },
  };
}

export const system: System = {
  card,
  prepare: (cache, log) => installPackages(cache, card, log),
  graphTraversal,
};
