// The append-only store of runs. One run is one folder, `<experiment>/<key, 12 hex>/<run>/`, with a Parquet
// file per table and a SHA256SUMS; it is written beside its place and renamed, so that a kill at any moment
// leaves nothing or a whole run. Reading verifies every file; what is damaged or foreign is refused by name.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import {join} from "node:path";
import {formatSums, parseSums, sha256, sha256File} from "./checksums.ts";
import {type Problem, StoreError} from "./errors.ts";
import {writeTables} from "./parquet.ts";
import {type RunRows, TABLES} from "./schema.ts";

export const KEY_HEX_IN_PATH = 12;
const SUMS = "SHA256SUMS";
/** `.writing-<pid>-<run>`: a run that is being written, or was when its process died. */
const WRITING = /^\.writing-(\d+)-/;

export interface StoredRun {
  experiment: string;
  /** First 12 hex digits of the key. */
  key: string;
  run: string;
  directory: string;
  /** SHA-256 of its SHA256SUMS: names the run's whole content. */
  sha256: string;
}

export interface Index {
  runs: StoredRun[];
  problems: Problem[];
  /** SHA-256 over the sorted lines `<sha256>  <experiment>/<key>/<run>`: the store's version. */
  root: string;
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path).sort();
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Appends one run and returns where it lies. Throws StoreError when the run is there already. */
export async function append(root: string, rows: RunRows): Promise<string> {
  const [run] = rows.run;
  if (run === undefined || rows.run.length !== 1)
    throw new StoreError(`a run has ${rows.run.length} rows in table run`, "write exactly one");
  const parent = join(root, run.experiment, run.key.slice(0, KEY_HEX_IN_PATH));
  const target = join(parent, run.run);
  if (existsSync(target))
    throw new StoreError(
      `run ${run.run} is already stored in ${target}`,
      "the store is append-only: give the run a new id",
    );
  const writing = join(parent, `.writing-${process.pid}-${run.run}`);
  mkdirSync(writing, {recursive: true});
  await writeTables(writing, rows);
  const sums = new Map(
    TABLES.map((table) => [`${table}.parquet`, sha256File(join(writing, `${table}.parquet`))]),
  );
  writeFileSync(join(writing, SUMS), formatSums(sums));
  for (const name of [...sums.keys(), SUMS]) sync(join(writing, name));
  sync(writing);
  renameSync(writing, target);
  sync(parent);
  return target;
}

/** Checks one run's folder against its SHA256SUMS; the reason when it must be refused. */
function refusal(directory: string): {kind: Problem["kind"]; says: string; remedy: string} | string {
  const foreign = (says: string) => ({
    kind: "foreign" as const,
    says,
    remedy: `move ${directory} out of the store: it was not written by it`,
  });
  const sumsPath = join(directory, SUMS);
  if (!existsSync(sumsPath)) return foreign("no SHA256SUMS");
  const text = readFileSync(sumsPath, "utf8");
  const sums = parseSums(text);
  if (sums === null || TABLES.some((table) => !sums.has(`${table}.parquet`)))
    return foreign("SHA256SUMS does not list the four tables of a run");
  for (const [name, expected] of sums) {
    const path = join(directory, name);
    const found = existsSync(path) ? sha256File(path) : "no such file";
    if (found !== expected)
      return {
        kind: "damaged",
        says: `${name}: SHA-256 is ${found}, SHA256SUMS says ${expected}`,
        remedy: `restore ${directory} from a published version or a copy, or delete the run and measure again`,
      };
  }
  const extra = readdirSync(directory).find((name) => name !== SUMS && !sums.has(name));
  if (extra !== undefined) return foreign(`holds ${extra}, which SHA256SUMS does not list`);
  return sha256(text);
}

/** Reads and verifies the whole store. Leftovers of dead writers are removed and reported. */
export function open(root: string): Index {
  const runs: StoredRun[] = [];
  const problems: Problem[] = [];
  for (const experiment of folders(root)) {
    if (!/^\d{3}$/.test(experiment)) {
      problems.push({
        path: experiment,
        kind: "foreign",
        says: "not an experiment's folder (three digits)",
        remedy: "move it out of the store",
      });
      continue;
    }
    for (const key of folders(join(root, experiment))) {
      for (const name of folders(join(root, experiment, key))) {
        const path = `${experiment}/${key}/${name}`;
        const directory = join(root, path);
        const writer = WRITING.exec(name)?.[1];
        if (writer !== undefined) {
          if (alive(Number(writer))) continue;
          rmSync(directory, {recursive: true});
          problems.push({
            path,
            kind: "leftover",
            says: `process ${writer} died while writing this run`,
            remedy: "nothing to do: it was never part of the store, and has been removed",
          });
          continue;
        }
        const checked = refusal(directory);
        if (typeof checked === "string") runs.push({experiment, key, run: name, directory, sha256: checked});
        else problems.push({path, ...checked});
      }
    }
  }
  return {runs, problems, root: rootOf(runs)};
}

export function rootOf(runs: readonly StoredRun[]): string {
  const lines = runs.map((run) => `${run.sha256}  ${run.experiment}/${run.key}/${run.run}\n`).sort();
  return sha256(lines.join(""));
}

/** What names the stored runs of these experiments, for the key of one that folds them: name → checksum. */
export function runsRead(index: Index, experiments: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    experiments.map((experiment) => [
      `runs of ${experiment}`,
      sha256(
        index.runs
          .filter((run) => run.experiment === experiment)
          .map((run) => run.sha256)
          .sort()
          .join("\n"),
      ),
    ]),
  );
}
