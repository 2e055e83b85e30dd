// The publication lint: what no reader should be asked to believe stops the build, by name, with its mend.
// It reads an experiment's declaration, the summary made from it, and the records behind both.
import type {Claim, PreparedTable, Summary} from "./claim.ts";
import type {Definition, Metric} from "./experiment.ts";
import type {Kind} from "./record.ts";
import type {Database} from "./store/views.ts";

export interface Breach {
  rule: string;
  where: string;
  says: string;
  remedy: string;
}

/** The build must not go on. */
export class LintError extends Error {
  readonly remedy: string;
  constructor(readonly breaches: readonly Breach[]) {
    super(
      `the publication lint found ${breaches.length}:\n${breaches.map(({rule, where, says}) => `  ${rule}: ${where}: ${says}`).join("\n")}`,
    );
    this.name = "LintError";
    this.remedy = [...new Set(breaches.map(({remedy}) => remedy))].join("; ");
  }
}

/** What a claim and its metric are, side by side. */
interface Told {
  claim: Claim;
  metric: Metric;
}

const UNITS = new Set(["ms", "µs", "ns", "s", "×", "share", "1/s", "bytes", "count", "score", "lines"]);
/** Columns of prepared tables that need no unit: names, counts and shares say what they are. */
const DIMENSIONLESS =
  /^(n|run|block|round|position|quantile|effort|recall|hops|score|value|low|high|status|second|requests|share|late_starts|backlog_max|users|episodes)$|_at_\d+$/;

/** Smallest n whose largest value bounds the quantile with one-sided confidence 95 % (Conover 1999, 3.2):
 *  299 for p99, 2,995 for p99.9, 29,956 for p99.99. */
export const sampleFor = (quantile: number) => Math.ceil(Math.log(0.05) / Math.log(quantile) - 1e-9);

const depthOf = ({estimator}: Metric) => {
  const depth = /^quantile\((0?\.\d+)\)$/.exec(estimator.name)?.[1];
  return depth === undefined ? null : Number(depth);
};

/** A table may subtract the null request in one column only, which says so. */
const SUBTRACTED = /-\s*\w*\.?null_\w+(?!\w*\s+AS\s+less_null_)/i;

const breach = (rule: string, where: string, says: string, remedy: string): Breach => ({
  rule,
  where,
  says,
  remedy,
});

type ClaimRule = (told: Told, summary: Summary) => Breach[];

/** A ratio without its interval. */
const ratioInterval: ClaimRule = ({claim, metric}) =>
  (claim.unit === "×" || metric.compares !== undefined) &&
  claim.value !== null &&
  (claim.low === null || claim.high === null)
    ? [
        breach(
          "ratio without interval",
          claim.id,
          `${claim.value} stands alone`,
          "measure at least two rounds",
        ),
      ]
    : [];

/** A percentile that its sample cannot carry, shown as if it could. */
const deepPercentile: ClaimRule = ({claim, metric}) => {
  const depth = depthOf(metric);
  if (depth === null || claim.value === null || claim.n >= sampleFor(depth)) return [];
  return claim.enough ||
    claim.sentence !== null ||
    (claim.verdict !== null && claim.verdict !== "not enough evidence")
    ? [
        breach(
          "percentile deeper than its sample",
          claim.id,
          `p${depth * 100} from n = ${claim.n}, which needs ${sampleFor(depth)}`,
          "ask for more requests, or a lower percentile",
        ),
      ]
    : [];
};

const missingN: ClaimRule = ({claim}) =>
  claim.value !== null && !(Number.isInteger(claim.n) && claim.n > 0)
    ? [breach("missing n", claim.id, `n is ${claim.n}`, "let the estimator count its rows")]
    : [];

const missingUnit: ClaimRule = ({claim}) =>
  UNITS.has(claim.unit)
    ? []
    : [
        breach(
          "missing unit",
          claim.id,
          `unit "${claim.unit}" is not known`,
          `use one of ${[...UNITS].join(", ")}`,
        ),
      ];

/** A run that a rule voided, or that holds nothing, judged as if it stood. */
const voidMarkedMet: ClaimRule = ({claim}, {state}) =>
  state !== "measured" && (claim.verdict === "met" || claim.verdict === "missed")
    ? [
        breach(
          `${state} marked ${claim.verdict}`,
          claim.id,
          `its run is ${state}`,
          "judge only runs that stand",
        ),
      ]
    : [];

/** The best of several measurements passed off as the measurement. */
const BEST =
  /\b(min|max|arg_min|arg_max|min_by|max_by)\s*\(\s*(value|qps|latency_ns|service_ns|service_us|recall)\b/i;
const bestOf: ClaimRule = ({claim, metric}) => {
  const found = BEST.exec(metric.rows);
  return found === null
    ? []
    : [
        breach(
          "best-of",
          claim.id,
          `its rows take ${found[0]}…`,
          "hand over every row; use an estimator for the middle",
        ),
      ];
};

const CLAIM_RULES = [ratioInterval, deepPercentile, missingN, missingUnit, voidMarkedMet, bestOf];

function tableBreaches(id: string, table: PreparedTable): Breach[] {
  const found: Breach[] = [];
  const at = (name: string) => table.columns.indexOf(name);
  table.columns.forEach((column, index) => {
    const numbers = table.rows.some((row) => typeof row[index] === "number");
    if (numbers && table.units[column] === undefined && !DIMENSIONLESS.test(column))
      found.push(
        breach("missing unit", `table ${id}`, `column ${column} has numbers and no unit`, "name it in units"),
      );
  });
  if (SUBTRACTED.test(table.sql))
    found.push(
      breach(
        "null request subtracted",
        `table ${id}`,
        "a column without less_null_ in its name is less its null request",
        "name the column less_null_…, and keep the whole figure beside it",
      ),
    );
  const [quantile, n] = [at("quantile"), at("n")];
  if (quantile >= 0)
    for (const row of table.rows)
      if (n < 0 || Number(row[n]) < sampleFor(Number(row[quantile])))
        found.push(
          breach(
            "percentile deeper than its sample",
            `table ${id}`,
            `p${Number(row[quantile]) * 100} from n = ${n < 0 ? "?" : row[n]}`,
            "leave such rows out",
          ),
        );
  return found;
}

/** What must be the same on both sides of a comparison: the columns of a block, and entries of its configuration. */
const CONDITIONS: Record<string, string> = {
  temperature: "temperature",
  schedule: "schedule",
  "offered rate": "coalesce(offered_per_s, 0)",
  form: "coalesce(json_extract_string(configuration, '$.form'), '')",
  threads: "coalesce(json_extract_string(configuration, '$.threads'), '')",
  dataset: "coalesce(json_extract_string(configuration, '$.dataset'), '')",
  "durability promise": `CASE WHEN coalesce(json_extract_string(configuration, '$.scenario'), '') = 'write'
    THEN json_extract_string(configuration, '$.durability') IS NOT NULL ELSE true END`,
};

/** Mean recalls further apart than this are not equal. */
const RECALL_APART_MAX = 0.01;

const literal = (value: string) => `'${value.replaceAll("'", "''")}'`;

async function unequalConditions(
  {claim, metric}: Told,
  columns: readonly string[],
  database: Database,
): Promise<Breach[]> {
  const rival = metric.compares?.rival ?? "";
  const ours = metric.compares?.ours ?? "engram";
  // The blocks the rows come from, where the rows say; else all of the two subjects.
  const used = columns.includes("visit")
    ? `unit IN (SELECT DISTINCT visit FROM (${metric.rows}))`
    : `subject IN (${literal(ours)}, ${literal(rival)}) AND requests > 0`;
  const kinds = Object.entries(CONDITIONS).map(([name, sql]) => `count(DISTINCT ${sql}) AS "${name}"`);
  const rows = await database.rows(
    `SELECT run, ${kinds.join(", ")} FROM blocks WHERE ${used} GROUP BY run ORDER BY run`,
  );
  return rows.flatMap((row) =>
    Object.keys(CONDITIONS)
      .filter((name) => Number(row[name]) > 1)
      .map((name) =>
        breach(
          "unequal conditions",
          claim.id,
          `in run ${row.run} the two differ in ${name}`,
          "measure both alike",
        ),
      ),
  );
}

async function unequalVisits(
  {claim, metric}: Told,
  columns: readonly string[],
  database: Database,
): Promise<Breach[]> {
  const visits = columns.includes("visit") ? "DISTINCT visit" : "*";
  const rows = await database.rows(`
    SELECT block, count(${visits}) FILTER (WHERE side = 'a') AS a, count(${visits}) FILTER (WHERE side = 'b') AS b
    FROM (${metric.rows}) GROUP BY block HAVING a > 0 AND b > 0 AND a <> b ORDER BY block`);
  return rows.map(({block, a, b}) =>
    breach(
      "unequal conditions",
      claim.id,
      `round ${block} has ${a} against ${b} rows`,
      "compare only whole rounds",
    ),
  );
}

/** Rows that carry the recall they were reached at are compared only where it is the same. */
async function unequalRecall(
  {claim, metric}: Told,
  columns: readonly string[],
  database: Database,
): Promise<Breach[]> {
  if (!columns.includes("recall")) return [];
  const [row] = await database.rows(`
    SELECT avg(recall) FILTER (WHERE side = 'a') AS a, avg(recall) FILTER (WHERE side = 'b') AS b FROM (${metric.rows})`);
  const [a, b] = [Number(row?.a), Number(row?.b)];
  return Math.abs(a - b) > RECALL_APART_MAX
    ? [
        breach(
          "unequal conditions",
          claim.id,
          `recalls of ${a.toFixed(3)} and ${b.toFixed(3)} are compared`,
          "compare rates at equal recall: ratioAtRecall",
        ),
      ]
    : [];
}

/** A null request may stand beside a figure, never inside of one. */
const NULL_REQUEST = /'null\b|\bnull_\w+/i;
const nullInside = ({claim, metric}: Told): Breach[] =>
  NULL_REQUEST.test(metric.rows)
    ? [
        breach(
          "null request subtracted",
          claim.id,
          "its rows read null requests",
          "show the null request in a column of its own",
        ),
      ]
    : [];

/** Both sides of a comparison must have met the same conditions. */
async function comparisonBreaches(told: readonly Told[], database: Database): Promise<Breach[]> {
  const found: Breach[] = [];
  for (const one of told) {
    if (one.metric.compares === undefined || one.claim.value === null) continue;
    const {columns} = await database.table(`SELECT * FROM (${one.metric.rows}) LIMIT 0`);
    found.push(...nullInside(one));
    for (const rule of [unequalVisits, unequalConditions, unequalRecall])
      found.push(...(await rule(one, columns, database)));
  }
  return found;
}

/** Rows as they would be if only blocks of these kinds existed. */
async function withKinds<T>(kinds: readonly Kind[], database: Database, use: () => Promise<T>): Promise<T> {
  const blocks = (where: string) =>
    database.run(`CREATE OR REPLACE VIEW blocks AS SELECT * FROM all_blocks WHERE excluded IS NULL${where}`);
  await blocks(` AND kind IN (${kinds.map(literal).join(", ")})`);
  try {
    return await use();
  } finally {
    await blocks("");
  }
}

/** Kinds that may meet in one figure. Cited ones meet nothing, not even each other. */
const MAY_MEET: readonly Kind[][] = [["measured", "derived"], ["simulated"]];

/** Cited figures enter no number, and simulated ones none that is measured: a number must come out the same
 *  where only one sort of block exists. */
async function citedBreaches(told: readonly Told[], database: Database): Promise<Breach[]> {
  const kinds = (await database.rows("SELECT DISTINCT kind FROM blocks ORDER BY kind")).map(
    ({kind}) => kind as Kind,
  );
  if (kinds.every((kind) => MAY_MEET[0]?.includes(kind))) return [];
  const found: Breach[] = [];
  for (const {claim, metric} of told) {
    if (claim.value === null) continue;
    const all = `SELECT count(*) AS n, sum(CAST(value AS DOUBLE)) AS total FROM (${metric.rows})`;
    const seen = async () => JSON.stringify(await database.rows(all));
    const whole = await seen();
    const alone: string[] = [];
    for (const sort of MAY_MEET) alone.push(await withKinds(sort, database, seen));
    if (!alone.includes(whole))
      found.push(
        breach(
          "arithmetic on what was not measured",
          claim.id,
          `its rows mix blocks of kind ${kinds.join(", ")}`,
          "keep cited and simulated figures in tables of their own",
        ),
      );
  }
  return found;
}

/** Everything wrong with publishing this summary; empty when it may be published. */
export async function lint(
  definition: Definition<never>,
  summary: Summary,
  database: Database,
): Promise<Breach[]> {
  const metrics = [...definition.floors.map(({metric}) => metric), ...(definition.metrics ?? [])];
  const told = summary.claims.flatMap((claim) => {
    const metric = metrics.find(({id}) => id === claim.id);
    return metric === undefined ? [] : [{claim, metric}];
  });
  return [
    ...told.flatMap((one) => CLAIM_RULES.flatMap((rule) => rule(one, summary))),
    ...Object.entries(summary.tables).flatMap(([id, table]) => tableBreaches(id, table)),
    ...(await comparisonBreaches(told, database)),
    ...(await citedBreaches(told, database)),
  ];
}
