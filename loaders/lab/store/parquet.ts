// Rows to Parquet and back, by DuckDB. One thread and a fixed order, so that the same rows give the same
// bytes.
import {type DuckDBAppender, DuckDBInstance} from "@duckdb/node-api";
import {createTableSql, type RunRows, SCHEMA, type TableName} from "./schema.ts";

type Value = string | number | boolean | null | undefined;

const APPEND: Record<string, (appender: DuckDBAppender, value: Value) => void> = {
  VARCHAR: (appender, value) => appender.appendVarchar(String(value)),
  DOUBLE: (appender, value) => appender.appendDouble(Number(value)),
  BIGINT: (appender, value) => appender.appendBigInt(BigInt(Math.round(Number(value)))),
  INTEGER: (appender, value) => appender.appendInteger(Number(value)),
  BOOLEAN: (appender, value) => appender.appendBoolean(value === true),
};

/** SQL string literal of a path. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Writes each table of a run to `<directory>/<table>.parquet`. */
export async function writeTables(directory: string, rows: RunRows): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", {threads: "1", preserve_insertion_order: "true"});
  const connection = await instance.connect();
  try {
    for (const table of Object.keys(SCHEMA) as TableName[]) {
      await connection.run(createTableSql(table));
      const appender = await connection.createAppender(table);
      const columns = Object.entries(SCHEMA[table]);
      for (const row of rows[table]) {
        const values = row as unknown as Record<string, Value>;
        for (const [name, type] of columns) {
          const value = values[name];
          if (value === null || value === undefined) appender.appendNull();
          else APPEND[type]?.(appender, value);
        }
        appender.endRow();
      }
      appender.closeSync();
      const target = literal(`${directory}/${table}.parquet`);
      await connection.run(
        `COPY "${table}" TO ${target} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
      );
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
