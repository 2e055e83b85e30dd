// Kuzu through its npm package: an embedded graph database with Cypher, in this process.
import {existsSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {installPackages, requirePackage} from "../packages.ts";
import type {GraphTraversal, System} from "../system.ts";
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

const BUFFER_POOL_BYTES = 1024 * 2 ** 20;
const THREADS = 1;
/** Of the ways to ask (plain 1..k, ALL SHORTEST, SHORTEST, chained hops), this was the fastest on every depth. */
const within = (hops: number, answer: string) =>
  `MATCH (a:N)-[:E* SHORTEST 1..${hops}]->(b:N) WHERE a.id = $seed AND b.id <> $seed RETURN ${answer} AS answer`;

function graphTraversal({Database, Connection}: Package): GraphTraversal {
  let database: {closeSync(): void};
  let connection: Connection;
  const statements = new Map<string, Prepared>();

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

  return {
    async load(nodes, from, to, directory) {
      const path = join(directory, "kuzu.db");
      const reused = existsSync(path);
      database = new Database(path, BUFFER_POOL_BYTES);
      connection = new Connection(database, THREADS);
      if (reused) return {build_seconds: 0, reused};
      const files = {nodes: join(directory, "nodes.csv"), edges: join(directory, "edges.csv")};
      writeFileSync(files.nodes, Array.from({length: nodes}, (_, node) => `${node}\n`).join(""));
      writeFileSync(files.edges, Array.from(from, (node, at) => `${node},${to[at]}\n`).join(""));
      const began = process.hrtime.bigint();
      for (const statement of [
        "CREATE NODE TABLE N(id INT64, PRIMARY KEY(id))",
        "CREATE REL TABLE E(FROM N TO N)",
        `COPY N FROM '${files.nodes}'`,
        `COPY E FROM '${files.edges}'`,
      ])
        connection.querySync(statement).close();
      return {build_seconds: Number(process.hrtime.bigint() - began) / 1e9, reused};
    },
    reach: (seed, hops) => Number(ask(within(hops, "count(*)"), {seed})[0]?.answer),
    reached: (seed, hops) => Uint32Array.from(ask(within(hops, "b.id"), {seed}), (row) => Number(row.answer)),
    nullRequest() {
      ask("RETURN 1 AS answer", {});
    },
    size: () => Number(ask("MATCH ()-[e:E]->() RETURN count(*) AS answer", {})[0]?.answer),
    async close() {
      connection.closeSync();
      database.closeSync();
    },
  };
}

export const system: System = {
  card,
  prepare: (cache, log) => installPackages(cache, card, log),
  graphTraversal: async (cache) => graphTraversal(requirePackage<Package>(cache, card.name, "kuzu")),
};
