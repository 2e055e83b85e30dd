// From the store to what pages draw first: views, void rules, estimators, verdicts and prepared tables of
// one experiment, and the overview of all. Everything here is derived; nothing is measured.
import {contentSha256, locate, registered} from "../datasets/lookup.ts";
import type {Claim, Overview, PreparedTable, RunLine, Summary} from "./claim.ts";
import type {Row} from "./estimate.ts";
import type {Definition, Floor, Metric} from "./experiment.ts";
import type {Laboratory} from "./laboratory.ts";
import {LintError, lint} from "./lint.ts";
import {keyOf, keyParts} from "./provenance/key.ts";
import type {ProfileName} from "./record.ts";
import {stream} from "./statistics/random.ts";
import {type Index, KEY_HEX_IN_PATH, runsRead, type StoredRun} from "./store/store.ts";
import {type Database, openViews} from "./store/views.ts";
import {experimentVerdict, floorVerdict} from "./verdict.ts";

/** Deepest first: the profile with the most evidence that has records speaks. */
const PROFILES: ProfileName[] = ["full", "standard", "quick"];
const BOOTSTRAP_SEED = 1;

/** Checksums of an experiment's datasets as registered: the key needs no file to be read. */
export function registeredDatasets(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, contentSha256(registered(name))]));
}

export function keyFor(
  lab: Laboratory,
  definition: Definition<never>,
  profile: ProfileName,
  index: Index,
): string {
  const inputs = {...registeredDatasets(definition.datasets), ...runsRead(index, definition.reads)};
  return keyOf(keyParts(lab.root, definition, profile, inputs));
}

export interface Current {
  profile: ProfileName;
  key: string;
  runs: StoredRun[];
}

/** The runs that speak for the present sources: of the deepest profile that has any; null when none has. */
export function current(lab: Laboratory, definition: Definition<never>, index: Index): Current | null {
  for (const profile of PROFILES) {
    const key = keyFor(lab, definition, profile, index);
    const runs = index.runs.filter(
      (run) => run.experiment === definition.id && run.key === key.slice(0, KEY_HEX_IN_PATH),
    );
    if (runs.length > 0) return {profile, key, runs};
  }
  return null;
}

const NUMBERS = ["effort", "query", "found"] as const;

function estimatorRows(rows: Record<string, unknown>[]): Row[] {
  return rows
    .filter((row) => row.value !== null)
    .map((row) => ({
      value: Number(row.value),
      ...(row.block === undefined || row.block === null ? {} : {block: String(row.block)}),
      ...(row.side === "a" || row.side === "b" ? {side: row.side} : {}),
      ...Object.fromEntries(
        NUMBERS.flatMap((name) => (typeof row[name] === "number" ? [[name, row[name] as number]] : [])),
      ),
    }));
}

/** Rows of a metric; those of the last question are kept, since metrics that differ in their estimator only
 *  stand side by side. */
function rowsOnce(database: Database): (sql: string) => Promise<Row[]> {
  let last: {sql: string; rows: Row[]} | null = null;
  return async (sql) => {
    if (last?.sql !== sql) last = {sql, rows: estimatorRows(await database.rows(sql))};
    return last.rows;
  };
}

async function claim(
  rowsOf: (sql: string) => Promise<Row[]>,
  definition: Definition<never>,
  metric: Metric,
  floor: Floor | undefined,
  scope: string,
): Promise<Claim> {
  const rows = await rowsOf(metric.rows);
  const estimate = metric.estimator.estimate(rows, stream(BOOTSTRAP_SEED, `${definition.id}/${metric.id}`));
  const judged = floor === undefined ? null : floorVerdict(estimate, floor.comparison, floor.threshold);
  return {
    ...estimate,
    value: Number.isFinite(estimate.value) ? estimate.value : null,
    needs: judged?.needs ?? estimate.needs,
    id: metric.id,
    experiment: definition.id,
    label: metric.label,
    unit: metric.unit,
    compares: metric.compares ?? null,
    sql: metric.estimator.sql(metric.rows),
    scope,
    comparison: floor?.comparison ?? null,
    threshold: floor?.threshold ?? null,
    source: floor?.source ?? null,
    verdict: judged?.verdict ?? null,
    sentence: null,
  };
}

/** `12.3 ms`: three significant digits; a claim's interval stands beside it. */
function told({value, unit}: Claim): string {
  if (value === null) return "(not measured)";
  const digits = (of: number) => of.toLocaleString("en-US", {maximumSignificantDigits: 3}).replace("-", "−");
  if (unit === "share") return `${digits(value * 100)} %`;
  // A sentence names what it counts.
  return unit === "" || unit === "count" ? digits(value) : `${digits(value)} ${unit}`;
}

async function violations(database: Database, definition: Definition<never>): Promise<string[]> {
  const found: string[] = [];
  for (const rule of definition.voidIf) {
    const rows = await database.rows(rule.violations);
    found.push(...rows.map((row) => `${rule.says}: ${row.reason}`));
  }
  return found;
}

async function runLines(database: Database): Promise<RunLine[]> {
  const rows = await database.rows(`
    SELECT r.*, (SELECT count(*) FROM all_blocks b WHERE b.run = r.run) AS blocks,
      (SELECT count(*) FROM all_blocks b WHERE b.run = r.run AND excluded IS NOT NULL) AS excluded,
      (SELECT sum(requests) FROM all_blocks b WHERE b.run = r.run) AS requests
    FROM runs r ORDER BY run`);
  return rows.map((row) => ({
    run: String(row.run),
    profile: row.profile as ProfileName,
    started_at_ms: Number(row.started_at_ms),
    seconds: (Number(row.ended_at_ms) - Number(row.started_at_ms)) / 1000,
    git_commit: String(row.git_commit),
    git_dirty: row.git_dirty === true,
    host: `${row.host_cpu}, ${row.host_cores} cores, ${Math.round(Number(row.host_memory_bytes) / 2 ** 30)} GiB (${String(row.host_sha256).slice(0, 8)})`,
    blocks: Number(row.blocks),
    excluded: Number(row.excluded),
    requests: Number(row.requests ?? 0),
  }));
}

const ENVIRONMENT = [
  "host_cpu",
  "host_cores",
  "host_cpu_quota",
  "host_memory_bytes",
  "host_kernel",
  "host_mitigations",
  "host_governor",
  "host_disk",
  "host_clocksource",
  "host_libc",
  "host_node",
  "compiler",
  "compiler_flags",
  "engine_sha256",
  "harness_sha256",
  "lockfile_sha256",
  "parameters",
  "seed",
];

/** Summary of one experiment over the verified store. Throws LintError where it must not be published. */
export async function summarise(
  lab: Laboratory,
  definition: Definition<never>,
  index: Index,
): Promise<Summary> {
  const found = current(lab, definition, index);
  const database = await openViews(found?.runs ?? []);
  try {
    const runs = await runLines(database);
    const blocks = runs.reduce((sum, run) => sum + run.blocks - run.excluded, 0);
    const hosts = new Set(runs.map((run) => run.host)).size;
    const scope =
      found === null
        ? "nothing measured"
        : `profile ${found.profile}; ${runs.length} ${runs.length === 1 ? "run" : "runs"}, ${blocks} blocks, ${hosts} ${hosts === 1 ? "host" : "hosts"}`;
    const broken = found === null ? [] : await violations(database, definition);
    const empty = found === null || blocks === 0;
    const state = empty ? "empty" : broken.length > 0 ? "void" : "measured";
    const metrics = [...definition.floors.map(({metric}) => metric), ...(definition.metrics ?? [])];
    const claims: Claim[] = [];
    const rowsOf = rowsOnce(database);
    for (const metric of empty ? [] : metrics) {
      const floor = definition.floors.find((one) => one.metric === metric);
      const answer = definition.answers.find((one) => one.metric === metric);
      const one = await claim(rowsOf, definition, metric, floor, scope);
      const judged =
        state === "void" && one.verdict !== null
          ? {...one, verdict: "not enough evidence" as const, needs: "a run that stands"}
          : one;
      claims.push({...judged, sentence: one.value === null ? null : (answer?.says(told(one)) ?? null)});
    }
    const tables: Record<string, PreparedTable> = {};
    for (const {id, caption, sql, units} of empty ? [] : definition.tables)
      tables[id] = {caption, sql, units, ...(await database.table(sql))};
    const environment = (await database.rows("SELECT * FROM runs ORDER BY run DESC LIMIT 1"))[0] ?? {};
    const exclusions = await database.rows(
      "SELECT run, block, subject, excluded AS reason FROM all_blocks WHERE excluded IS NOT NULL ORDER BY run, block",
    );
    const reasons = empty
      ? [`nothing measured for the present sources; npm run load -- ${definition.id}`]
      : broken;
    const floors = claims.flatMap(({verdict}) => (verdict === null ? [] : [verdict]));
    const summary: Summary = {
      id: definition.id,
      slug: definition.slug,
      title: definition.title,
      asks: definition.asks,
      hypothesis: definition.hypothesis,
      stops: definition.stops,
      excludes: definition.excludes,
      threats: definition.threats,
      definition_sha256: keyParts(lab.root, definition, "quick", {}).definition_sha256,
      key: found?.key ?? null,
      profile: found?.profile ?? null,
      state,
      reasons,
      verdict: experimentVerdict(floors, state),
      claims,
      tables,
      runs,
      exclusions: exclusions.map((row) => ({
        run: String(row.run),
        block: Number(row.block),
        subject: String(row.subject),
        reason: String(row.reason),
      })),
      environment: Object.fromEntries(
        ENVIRONMENT.flatMap((name) =>
          environment[name] === undefined || environment[name] === null
            ? []
            : [[name, String(environment[name])]],
        ),
      ),
      datasets: definition.datasets.map((name) => {
        const entry = registered(name);
        const {licence, home} = entry;
        return {name, sha256: contentSha256(entry), licence, home, synthetic: entry.synthetic !== undefined};
      }),
      command: `npm run load -- ${definition.id} --profile ${found?.profile ?? "quick"}`,
    };
    const breaches = await lint(definition, summary, database);
    if (breaches.length > 0) throw new LintError(breaches);
    return summary;
  } finally {
    database.close();
  }
}

/** Day of the newest run, from its name `20261124T…`. */
function measuredOn(index: Index): string | null {
  const newest = index.runs
    .map(({run}) => run.slice(0, 8))
    .sort()
    .at(-1);
  return newest === undefined ? null : `${newest.slice(0, 4)}-${newest.slice(4, 6)}-${newest.slice(6, 8)}`;
}

export function overview(
  catalogue: readonly {id: string; title: string; group: string}[],
  summaries: readonly Summary[],
  index: Index,
): Overview {
  return {
    version: index.root,
    measured_on: measuredOn(index),
    experiments: catalogue.map(({id, title, group}) => {
      const summary = summaries.find((one) => one.id === id);
      const needs = summary?.claims.find((one) => one.verdict === "not enough evidence")?.needs;
      return {
        id,
        slug: summary?.slug ?? null,
        title,
        group,
        verdict: summary?.verdict ?? "not enough evidence",
        note: summary === undefined ? "not built yet" : (summary.reasons[0] ?? needs ?? ""),
      };
    }),
    answers: summaries.flatMap(({claims}) => claims.filter(({sentence}) => sentence !== null)),
  };
}

/** Whether every dataset of an experiment can be found here. */
export function datasetsHere(lab: Laboratory, definition: Definition<never>): boolean {
  return definition.datasets.every((name) => locate(registered(name), lab.lookup) !== null);
}
