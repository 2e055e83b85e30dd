// The columns of a stored run, as data: one list per row type, in the order they are written. Types stay
// within what DuckDB 1.1.1 (DuckDB-Wasm 1.29) reads: integers below 2^53, no JSON, no time zones.
import type {Block, Observation, Request, Run} from "../record.ts";

type ColumnType = "VARCHAR" | "DOUBLE" | "BIGINT" | "INTEGER" | "BOOLEAN";
type Columns<Row> = {readonly [name in keyof Row]: ColumnType};

const run: Columns<Run> = {
  run: "VARCHAR",
  experiment: "VARCHAR",
  profile: "VARCHAR",
  key: "VARCHAR",
  definition_sha256: "VARCHAR",
  engine_sha256: "VARCHAR",
  harness_sha256: "VARCHAR",
  parameters: "VARCHAR",
  datasets: "VARCHAR",
  seed: "BIGINT",
  session: "VARCHAR",
  replicate: "INTEGER",
  started_at_ms: "BIGINT",
  ended_at_ms: "BIGINT",
  git_commit: "VARCHAR",
  git_dirty: "BOOLEAN",
  compiler: "VARCHAR",
  compiler_flags: "VARCHAR",
  host_sha256: "VARCHAR",
  host_cpu: "VARCHAR",
  host_cores: "INTEGER",
  host_cpu_quota: "DOUBLE",
  host_kernel: "VARCHAR",
  host_mitigations: "VARCHAR",
  host_governor: "VARCHAR",
  host_memory_bytes: "BIGINT",
  host_disk: "VARCHAR",
  host_clocksource: "VARCHAR",
  host_libc: "VARCHAR",
  host_node: "VARCHAR",
  lockfile_sha256: "VARCHAR",
};

const blocks: Columns<Block> = {
  run: "VARCHAR",
  block: "INTEGER",
  position: "INTEGER",
  round: "INTEGER",
  subject: "VARCHAR",
  subject_version: "VARCHAR",
  configuration: "VARCHAR",
  temperature: "VARCHAR",
  schedule: "VARCHAR",
  offered_per_s: "DOUBLE",
  achieved_per_s: "DOUBLE",
  requests: "INTEGER",
  late_starts: "INTEGER",
  backlog_max: "INTEGER",
  load_before: "DOUBLE",
  load_after: "DOUBLE",
  steal: "DOUBLE",
  cpu_seconds: "DOUBLE",
  answer_sha256: "VARCHAR",
  answer_n: "INTEGER",
  kind: "VARCHAR",
  excluded: "VARCHAR",
};

const requests: Columns<Request> = {
  block: "INTEGER",
  sequence: "INTEGER",
  operation: "VARCHAR",
  intended_ns: "BIGINT",
  start_ns: "BIGINT",
  end_ns: "BIGINT",
  status: "VARCHAR",
};

const observations: Columns<Observation> = {
  block: "INTEGER",
  metric: "VARCHAR",
  label: "VARCHAR",
  unit: "VARCHAR",
  value: "DOUBLE",
  n: "INTEGER",
};

/** Table name → columns. The tables of a stored run are the files of its folder. */
export const SCHEMA = {run, blocks, requests, observations} as const;
export type TableName = keyof typeof SCHEMA;
export const TABLES = Object.keys(SCHEMA) as TableName[];

export interface RunRows {
  run: Run[];
  blocks: Block[];
  requests: Request[];
  observations: Observation[];
}

export function createTableSql(table: TableName): string {
  const columns = Object.entries(SCHEMA[table]).map(([name, type]) => `"${name}" ${type}`);
  return `CREATE OR REPLACE TABLE "${table}" (${columns.join(", ")})`;
}
