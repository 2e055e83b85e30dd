// The views that an experiment's SQL is written against, over the stored runs it may see: runs, blocks,
// requests and observations without excluded blocks, and all_blocks with them.
import {type DuckDBConnection, DuckDBInstance} from "@duckdb/node-api";
import {literal} from "./parquet.ts";
import {createTableSql, TABLES} from "./schema.ts";
import type {StoredRun} from "./store.ts";

/** Later than this behind its intended start, a request counts as late (tasks.md, common rules). */
export const LATE_NS = 1_000_000;

/** The views' SQL over tables stored_run, stored_blocks, stored_requests, stored_observations: shared with
 *  the reader's browser, which loads the same tables. */
export const VIEWS = [
  "CREATE OR REPLACE VIEW runs AS SELECT * FROM stored_run",
  "CREATE OR REPLACE VIEW all_blocks AS SELECT *, run || '/' || block AS unit FROM stored_blocks",
  "CREATE OR REPLACE VIEW blocks AS SELECT * FROM all_blocks WHERE excluded IS NULL",
  `CREATE OR REPLACE VIEW requests AS
     SELECT r.*, r.run || '/' || r.block AS unit, b.subject, r.end_ns - r.intended_ns AS latency_ns,
       r.end_ns - r.start_ns AS service_ns, r.start_ns - r.intended_ns > ${LATE_NS} AS late
     FROM stored_requests r JOIN blocks b USING (run, block)`,
  `CREATE OR REPLACE VIEW observations AS
     SELECT o.*, o.run || '/' || o.block AS unit, b.subject, b.position, b.round
     FROM stored_observations o JOIN blocks b USING (run, block)`,
] as const;

function stored(runs: readonly StoredRun[], table: string): string {
  const own = ["requests", "observations"].includes(table);
  const parts = runs.map(
    ({directory, run}) =>
      `SELECT ${own ? `${literal(run)} AS run, ` : ""}* FROM read_parquet(${literal(`${directory}/${table}.parquet`)})`,
  );
  return `CREATE OR REPLACE TABLE "stored_${table}" AS ${parts.join(" UNION ALL ")}`;
}

export type Cell = string | number | boolean | null;

export interface Database {
  /** Rows as objects; integers come as numbers. */
  rows(sql: string): Promise<Record<string, Cell>[]>;
  table(sql: string): Promise<{columns: string[]; rows: Cell[][]}>;
  run(sql: string): Promise<void>;
  close(): void;
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  const text = String(value);
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function database(instance: DuckDBInstance, connection: DuckDBConnection): Database {
  const table = async (sql: string) => {
    const reader = await connection.runAndReadAll(sql);
    return {columns: reader.columnNames(), rows: reader.getRows().map((row) => row.map(cell))};
  };
  return {
    table,
    async rows(sql) {
      const {columns, rows} = await table(sql);
      return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
    },
    async run(sql) {
      await connection.run(sql);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** An empty database in memory, one thread: aggregated doubles come out the same every time. */
export async function openDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(":memory:", {threads: "1"});
  return database(instance, await instance.connect());
}

/** A database with the views over `runs`; without runs the views exist and are empty. */
export async function openViews(runs: readonly StoredRun[]): Promise<Database> {
  const opened = await openDatabase();
  for (const table of TABLES) {
    if (runs.length > 0) await opened.run(stored(runs, table));
    else {
      await opened.run(createTableSql(table).replace(`"${table}"`, `"stored_${table}"`));
      if (table === "requests" || table === "observations")
        await opened.run(`ALTER TABLE "stored_${table}" ADD COLUMN run VARCHAR`);
    }
  }
  for (const view of VIEWS) await opened.run(view);
  return opened;
}
