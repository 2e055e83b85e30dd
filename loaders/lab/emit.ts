// What the site's data loaders print: stdout is the file, everything else goes to stderr. They emit what the
// store has, and measure profile `quick` first only when it has nothing for the present sources.
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {built, CATALOGUE, load} from "../catalogue.ts";
import type {Claim, Summary} from "./claim.ts";
import type {Definition} from "./experiment.ts";
import {type Laboratory, laboratory} from "./laboratory.ts";
import {runExperiment} from "./measure/run.ts";
import type {TableName} from "./store/schema.ts";
import {open, type StoredRun} from "./store/store.ts";
import {openViews, VIEWS} from "./store/views.ts";
import {current, overview, summarise} from "./summary.ts";
import {
  causesOf,
  dated,
  type Manifest,
  type PublishedVersion,
  type Surroundings,
  versions,
} from "./versions.ts";

const PARQUET_MAGIC = "PAR1";
const PROGRESS_EVERY_MS = 5_000;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The value of `--name=value` among a parameterised loader's arguments. */
export function parameter(name: string, argv = process.argv): string {
  const given = argv.find((argument) => argument.startsWith(`--${name}=`));
  if (given === undefined) throw new TypeError(`the loader was not given --${name}=…`);
  return given.slice(name.length + 3);
}

/** Measures the quick profile when nothing speaks for the present sources; first of the experiments it reads. */
async function ensureMeasured(lab: Laboratory, definition: Definition<never>): Promise<void> {
  for (const name of definition.reads ?? []) await ensureMeasured(lab, await load(name));
  if (current(lab, definition, open(lab.store)) !== null) return;
  say(`${definition.id}: nothing measured for the present sources; measuring profile quick`);
  let last = 0;
  await runExperiment(lab, definition, "quick", {
    waiting: ({pid, doing}) => say(`${definition.id}: waiting for process ${pid}, which measures ${doing}`),
    progress: (done, total, doing) => {
      if (Date.now() - last < PROGRESS_EVERY_MS) return;
      last = Date.now();
      say(`${definition.id}: ${Math.round((100 * done) / total)} %  ${doing}`);
    },
  });
}

/** A page may exist before its experiment: it then says so, and shows no number. */
function notBuilt(name: string): Summary | null {
  const [id = "", slug = ""] = [name.slice(0, 3), name.slice(4)];
  const entry = CATALOGUE.find((one) => one.id === id);
  if (entry === undefined || built().some((one) => one.id === id)) return null;
  return {
    id,
    slug,
    title: entry.title,
    asks: "",
    hypothesis: "",
    stops: "",
    excludes: "",
    threats: [],
    definition_sha256: "",
    key: null,
    profile: null,
    state: "empty",
    reasons: ["this experiment is not built yet: nothing has been measured"],
    verdict: "not enough evidence",
    claims: [],
    tables: {},
    runs: [],
    exclusions: [],
    environment: {},
    datasets: [],
    command: "npm run list",
  };
}

async function summaryOf(lab: Laboratory, name: string): Promise<Summary> {
  const missing = notBuilt(name);
  if (missing !== null) return missing;
  const definition = await load(name);
  await ensureMeasured(lab, definition);
  return summarise(lab, definition, open(lab.store));
}

async function summaries(lab: Laboratory): Promise<Summary[]> {
  const all: Summary[] = [];
  for (const {id} of built()) all.push(await summaryOf(lab, id));
  return all;
}

function print(value: unknown): void {
  process.stdout.write(JSON.stringify(value));
}

export async function emitSummary(name: string): Promise<void> {
  print(await summaryOf(laboratory(), name));
}

export async function emitOverview(): Promise<void> {
  const lab = laboratory();
  const all = await summaries(lab);
  print(overview(CATALOGUE, all, open(lab.store)));
}

/** The views that every claim's SQL runs against, for the reader's own DuckDB. */
export function emitViews(): void {
  print(VIEWS);
}

/** Every published version that can be read, with the checksum over its records and its newest run. */
function publishedVersions(lab: Laboratory): PublishedVersion[] {
  const reports = join(lab.root, "reports");
  const read = <T>(version: string, file: string) =>
    JSON.parse(readFileSync(join(reports, version, file), "utf8")) as T;
  if (!existsSync(reports)) return [];
  return readdirSync(reports)
    .filter((name) => !name.startsWith(".") && existsSync(join(reports, name, "manifest.json")))
    .map((name) => ({
      ...dated(read<Manifest>(name, "manifest.json")),
      claims: read<Claim[]>(name, "claims.json"),
      causes: causesOf(read<Surroundings[]>(name, "environment.json")),
    }));
}

export async function emitVersions(): Promise<void> {
  const lab = laboratory();
  const all = await summaries(lab);
  const index = open(lab.store);
  const day = overview(CATALOGUE, all, index).measured_on ?? "";
  const present: PublishedVersion = {
    version: `${day}-${index.root.slice(0, 8)}`,
    measured_on: day,
    store_root: index.root,
    newest_run:
      index.runs
        .map(({run}) => run)
        .sort()
        .at(-1) ?? "",
    claims: all.flatMap(({claims}) => claims),
    causes: causesOf(all),
  };
  print(versions(present, publishedVersions(lab)));
}

/** Prints one table of the current runs of an experiment as Parquet. */
export async function emitTable(name: string, table: TableName): Promise<void> {
  const lab = laboratory();
  let runs: StoredRun[] = [];
  if (notBuilt(name) === null) {
    const definition = await load(name);
    await ensureMeasured(lab, definition);
    runs = current(lab, definition, open(lab.store))?.runs ?? [];
  }
  const database = await openViews(runs);
  const folder = mkdtempSync(join(tmpdir(), "engram-emit-"));
  try {
    const path = join(folder, "table.parquet");
    const [rows] = await database.rows(`SELECT count(*) AS n FROM stored_${table}`);
    await database.run(
      `COPY (SELECT * FROM stored_${table}) TO '${path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
    );
    const [written] = await database.rows(`SELECT count(*) AS n FROM read_parquet('${path}')`);
    const bytes = readFileSync(path);
    if (bytes.subarray(0, 4).toString() !== PARQUET_MAGIC || written?.n !== rows?.n)
      throw new Error(`${name}: ${table} did not come back as the ${rows?.n} rows that were written`);
    process.stdout.write(bytes);
  } finally {
    database.close();
    rmSync(folder, {recursive: true});
  }
}
