// The publication lint: what no reader should be asked to believe stops the build, by name, with its mend.
// It reads an experiment's declaration, the summary made from it, and the records behind both.
import type {Claim, PreparedTable, Summary} from "./claim.ts";
import type {Definition, Metric} from "./experiment.ts";
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

/** Both sides of a comparison must have met the same conditions: as many visits in each round, the same
 *  temperature, schedule and offered rate, one host and session, and only numbers measured or derived. */
async function comparisonBreaches(told: readonly Told[], database: Database): Promise<Breach[]> {
  const found: Breach[] = [];
  for (const {claim, metric} of told) {
    if (metric.compares === undefined || claim.value === null) continue;
    const uneven = await database.rows(`
      SELECT block, count(*) FILTER (WHERE side = 'a') AS a, count(*) FILTER (WHERE side = 'b') AS b
      FROM (${metric.rows}) GROUP BY block HAVING a > 0 AND b > 0 AND a <> b ORDER BY block`);
    for (const {block, a, b} of uneven)
      found.push(
        breach(
          "unequal conditions",
          claim.id,
          `round ${block} has ${a} against ${b} rows`,
          "compare only whole rounds",
        ),
      );
    const {rival} = metric.compares;
    const conditions = await database.rows(`
      SELECT run, count(DISTINCT (temperature, schedule, coalesce(offered_per_s, 0))) AS kinds
      FROM blocks WHERE subject IN ('engram', '${rival.replaceAll("'", "''")}') AND requests > 0
      GROUP BY run HAVING kinds > 1`);
    for (const {run} of conditions)
      found.push(
        breach(
          "unequal conditions",
          claim.id,
          `in run ${run} the two differ in temperature, schedule or rate`,
          "measure both alike",
        ),
      );
  }
  return found;
}

/** Cited and simulated figures stand apart: no estimator may see their blocks. */
async function citedBreaches(database: Database): Promise<Breach[]> {
  const rows = await database.rows(`
    SELECT DISTINCT subject, kind FROM blocks b WHERE kind NOT IN ('measured', 'derived')
      AND (requests > 0 OR EXISTS (SELECT 1 FROM observations o WHERE o.run = b.run AND o.block = b.block))`);
  return rows.map(({subject, kind}) =>
    breach(
      "arithmetic on what was not measured",
      String(subject),
      `a block of kind ${kind} stands among measured ones`,
      "keep it in a table of its own",
    ),
  );
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
    ...(await citedBreaches(database)),
  ];
}
