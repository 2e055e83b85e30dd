// The reader's DuckDB (DuckDB-Wasm) opened in Node, so that tests can show that a page's SQL runs in it.
import {createRequire} from "node:module";
import {createDuckDB, NODE_RUNTIME, VoidLogger} from "@duckdb/duckdb-wasm/blocking";

export interface WasmDatabase {
  version: string;
  rows(sql: string): Record<string, unknown>[];
}

export async function openWasm(): Promise<WasmDatabase> {
  const resolve = createRequire(import.meta.url).resolve;
  const bundle = (name: string) => ({
    mainModule: resolve(`@duckdb/duckdb-wasm/dist/duckdb-${name}.wasm`),
    mainWorker: "", // the blocking form starts no worker
  });
  const database = await createDuckDB({mvp: bundle("mvp"), eh: bundle("eh")}, new VoidLogger(), NODE_RUNTIME);
  await database.instantiate();
  database.open({path: ":memory:", query: {castBigIntToDouble: true}});
  const connection = database.connect();
  return {
    version: database.getVersion(),
    rows: (sql) =>
      connection
        .query(sql)
        .toArray()
        .map((row) => ({...row.toJSON()})),
  };
}
