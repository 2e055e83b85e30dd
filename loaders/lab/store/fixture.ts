// Runs made up for tests of what reads records: written to a real store, read back through the real views.
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type Recording, recording, thisMachine} from "../measure/recording.ts";
import type {Run} from "../record.ts";
import {SCHEMA} from "./schema.ts";
import {append, open} from "./store.ts";
import {type Database, openViews} from "./views.ts";

export const KEY = "a".repeat(64);

/** A run row with every column filled. */
export function runRow(name: string, changes: Partial<Run> = {}): Run {
  const blank = Object.entries(SCHEMA.run).map(([column, type]) => [
    column,
    type === "VARCHAR" ? "x" : type === "BOOLEAN" ? false : 1,
  ]);
  const row = Object.fromEntries(blank) as unknown as Run;
  return {...row, run: name, experiment: "006", key: KEY, parameters: "{}", ...changes};
}

export interface PlantedBlock {
  subject?: string;
  schedule?: string;
  offered_per_s?: number;
  achieved_per_s?: number;
  temperature?: "warm" | "cold";
  round?: number;
  kind?: "measured" | "derived" | "simulated" | "cited";
  excluded?: string;
  configuration?: Record<string, unknown>;
  /** Requests of one operation, [intended, start, end] in ms. */
  requests?: [number, number, number][];
  status?: string;
  observations?: Record<string, number>;
  labelled?: {metric: string; label: string; value: number}[];
}

const NS_PER_MS = 1e6;

export function plant(into: Recording, block: PlantedBlock): void {
  const recorder = into.block({
    subject: block.subject ?? "engram",
    subject_version: "1",
    configuration: block.configuration ?? {},
    position: 0,
    round: block.round ?? 0,
    temperature: block.temperature ?? "warm",
    schedule: block.schedule ?? "poisson",
    ...(block.offered_per_s === undefined ? {} : {offered_per_s: block.offered_per_s}),
    ...(block.kind === undefined ? {} : {kind: block.kind}),
  });
  const requests = block.requests ?? [[0, 0, 1]];
  const column = (at: 0 | 1 | 2) => Float64Array.from(requests, (request) => request[at] * NS_PER_MS);
  recorder.requests({
    operation: new Uint8Array(requests.length),
    operations: ["recall"],
    intended_ns: column(0),
    start_ns: column(1),
    end_ns: column(2),
    status: new Uint8Array(requests.length),
    statuses: [block.status ?? "ok"],
  });
  for (const [metric, value] of Object.entries(block.observations ?? {}))
    recorder.observe(metric, "count", value);
  for (const {metric, label, value} of block.labelled ?? []) recorder.observe(metric, "ns", value, {label});
  if (block.excluded !== undefined) recorder.exclude(block.excluded);
  recorder.end(block.achieved_per_s === undefined ? {} : {achieved_per_s: block.achieved_per_s});
}

/** Opens the views over one stored run with these blocks; cleans up afterwards. */
export async function withRecords(
  blocks: readonly PlantedBlock[],
  use: (database: Database) => Promise<void>,
  changes: Partial<Run> = {},
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "engram-records-"));
  const name = "20261124T000000Z-006-abcdef";
  try {
    const rows = recording(name, thisMachine);
    for (const block of blocks) plant(rows, block);
    await append(root, {run: [runRow(name, changes)], ...rows.rows()});
    const database = await openViews(open(root).runs);
    try {
      await use(database);
    } finally {
      database.close();
    }
  } finally {
    rmSync(root, {recursive: true, force: true});
  }
}
