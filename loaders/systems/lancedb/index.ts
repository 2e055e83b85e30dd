// LanceDB through its npm package: tables of columns on disk, with an index of vectors.
import {askedTogether, CLIENTS_PER_THREAD} from "../clients.ts";
import {copyFiles, install, MEBIBYTE, NPM_FILES, packagesFolder, requirePackage} from "../packages.ts";
import type {Opening, System, VectorSearch} from "../system.ts";
import {card} from "./card.ts";

interface Row {
  id: number;
  vector: number[];
}
interface Query {
  distanceType(type: "cosine"): Query;
  limit(k: number): Query;
  ef(width: number): Query;
  nprobes(lists: number): Query;
  refineFactor(factor: number): Query;
  select(columns: string[]): Query;
  toArrow(): Promise<{getChild(name: string): {toArray(): Int32Array} | null}>;
}
interface Table {
  add(rows: Row[]): Promise<unknown>;
  optimize(): Promise<unknown>;
  createIndex(column: string, options: {config: unknown}): Promise<void>;
  waitForIndex(names: string[], seconds: number): Promise<void>;
  indexStats(name: string): Promise<{numIndexedRows: number; numUnindexedRows: number} | undefined>;
  countRows(): Promise<number>;
  query(): {nearestTo(vector: Float32Array): Query};
  close(): void;
}
interface Database {
  tableNames(): Promise<string[]>;
  openTable(name: string): Promise<Table>;
  createTable(name: string, rows: Row[]): Promise<Table>;
  close(): void;
}
interface Package {
  connect(path: string): Promise<Database>;
  Index: Record<"hnswSq" | "ivfPq", (options: Record<string, unknown>) => unknown>;
}

/** ef: never below the candidates that are refined, which the engine refuses. */
const HNSW_EFFORTS = [20, 24, 32, 48, 64, 96, 128, 192, 256];
const LISTS_EFFORTS = [1, 2, 5, 10, 20, 40, 80]; // nprobes
const ROWS_AT_ONCE = 5_000;
const INDEX_SECONDS_MAX = 1_200;
const [ITEMS, LONE, INDEX] = ["items", "lone", "vector_idx"];

function vectorSearch({cache, configuration, directory, dimension, threads}: Opening): VectorSearch {
  const {connect, Index} = requirePackage<Package>(cache, card.name, "@lancedb/lancedb");
  const {index, refineFactor, ...options} = configuration.settings as {
    index: "hnswSq" | "ivfPq";
    refineFactor: number;
  };
  const graph = index === "hnswSq";
  let database: Database;
  let table: Table;
  let lone: Table;

  const rowsOf = (vectors: Float32Array, first: number, end: number): Row[] =>
    Array.from({length: end - first}, (_, at) => ({
      id: first + at,
      vector: Array.from(vectors.subarray((first + at) * dimension, (first + at + 1) * dimension)),
    }));
  const nearest = async (query: Float32Array, k: number, effort: number) => {
    const asked = table.query().nearestTo(query).distanceType("cosine").limit(k).refineFactor(refineFactor);
    const answer = await (graph ? asked.ef(effort) : asked.nprobes(effort))
      .select(["id", "_distance"])
      .toArrow();
    return answer.getChild("id")?.toArray() ?? new Int32Array(0);
  };
  return {
    efforts: graph ? HNSW_EFFORTS : LISTS_EFFORTS,
    async start() {
      database = await connect(directory);
      const names = await database.tableNames();
      lone = names.includes(LONE)
        ? await database.openTable(LONE)
        : await database.createTable(LONE, [{id: 0, vector: new Array(dimension).fill(1)}]);
      if (!names.includes(ITEMS)) return false;
      table = await database.openTable(ITEMS);
      return true;
    },
    async load(vectors) {
      const count = vectors.length / dimension;
      table = await database.createTable(ITEMS, rowsOf(vectors, 0, Math.min(count, ROWS_AT_ONCE)));
      for (let first = ROWS_AT_ONCE; first < count; first += ROWS_AT_ONCE)
        await table.add(rowsOf(vectors, first, Math.min(count, first + ROWS_AT_ONCE)));
      await table.optimize();
      await table.createIndex("vector", {config: Index[index]({distanceType: "cosine", ...options})});
    },
    async ready() {
      await table.waitForIndex([INDEX], INDEX_SECONDS_MAX);
      const stats = await table.indexStats(INDEX);
      return {
        held: await table.countRows(),
        indexed: stats?.numIndexedRows ?? 0,
        segments: null,
        index_bytes: null,
      };
    },
    cue: (query) => query,
    async search(cue, k, effort, out) {
      out.set(await nearest(cue as Float32Array, k, effort));
    },
    searchBatch: (queries, k, effort) =>
      askedTogether(queries, {dimension, k, clients: threads * CLIENTS_PER_THREAD}, (query) =>
        nearest(query, k, effort),
      ),
    async nullRequest(cue) {
      await lone
        .query()
        .nearestTo(cue as Float32Array)
        .distanceType("cosine")
        .limit(1)
        .select(["id", "_distance"])
        .toArrow();
    },
    processes: () => [],
    async stop() {
      table.close();
      lone.close();
      database.close();
    },
  };
}

export const system: System = {
  card,
  prepare: (cache, log) =>
    install(
      {
        name: card.name,
        version: card.version,
        folder: packagesFolder(cache, card.name),
        bytes: card.install_mb * MEBIBYTE,
        async fill(half, run) {
          copyFiles(card.name, NPM_FILES, half);
          // Not `npm ci`: it asks for the binaries of all platforms, of which this version lacks some in the registry.
          await run("npm", ["install", "--no-save", "--no-audit", "--no-fund"], half);
        },
      },
      log,
    ),
  vectorSearch,
};
