// One planted fault per rule of the publication lint: each stops the build by name.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Claim, PreparedTable, Summary} from "./claim.ts";
import {maximum, median, quantile, ratioOfMedians} from "./estimators.ts";
import type {Definition, Metric} from "./experiment.ts";
import {LintError, lint, sampleFor} from "./lint.ts";
import {type PlantedBlock, withRecords} from "./store/fixture.ts";

const LATENCY: Metric = {
  id: "latency",
  label: "P99 of recall",
  unit: "ms",
  estimator: quantile(0.99),
  rows: "SELECT latency_ns / 1e6 AS value FROM requests",
};
const RATIO: Metric = {
  id: "ratio",
  label: "engram over peer",
  unit: "×",
  estimator: ratioOfMedians(),
  compares: {scenario: "search", rival: "peer"},
  rows: `SELECT latency_ns AS value, b.run || '/' || b.round AS block, CASE WHEN r.subject = 'engram' THEN 'a' ELSE 'b' END AS side
    FROM requests r JOIN blocks b USING (run, block)`,
};

const claimOf = (metric: Metric, changes: Partial<Claim> = {}): Claim => ({
  id: metric.id,
  experiment: "006",
  label: metric.label,
  unit: metric.unit,
  compares: metric.compares ?? null,
  sql: "",
  scope: "",
  comparison: null,
  threshold: null,
  source: null,
  verdict: null,
  sentence: null,
  value: 1,
  low: 0.9,
  high: 1.1,
  n: 1000,
  units: 6,
  enough: true,
  needs: null,
  method: "",
  ...changes,
});

interface Planted {
  metric?: Metric;
  claim?: Partial<Claim>;
  summary?: Partial<Summary>;
  blocks?: PlantedBlock[];
}

const BLOCKS: PlantedBlock[] = [
  {subject: "engram", round: 0},
  {subject: "peer", round: 0},
];

/** Names of the rules that a planted fault breaks. */
async function broken({
  metric = LATENCY,
  claim = {},
  summary = {},
  blocks = BLOCKS,
}: Planted): Promise<string[]> {
  const definition = {floors: [], metrics: [metric]} as unknown as Definition<never>;
  const whole = {state: "measured", tables: {}, claims: [claimOf(metric, claim)], ...summary} as Summary;
  let rules: string[] = [];
  await withRecords(blocks, async (database) => {
    rules = (await lint(definition, whole, database)).map(({rule}) => rule);
  });
  return rules;
}

test("what is sound passes", async () => {
  assert.deepEqual(await broken({}), []);
  assert.deepEqual(await broken({metric: RATIO}), []);
});

test("the sample a percentile needs is that of tasks.md", () => {
  assert.deepEqual([0.99, 0.999, 0.9999].map(sampleFor), [299, 2_995, 29_956]);
});

test("a percentile deeper than its sample is found, in a claim and in a table", async () => {
  assert.deepEqual(await broken({claim: {n: 298}}), ["percentile deeper than its sample"]);
  assert.deepEqual(
    await broken({claim: {n: 298, enough: false}}),
    [],
    "one that says it is not enough may stand",
  );
  const table: PreparedTable = {
    caption: "",
    sql: "",
    units: {latency_ms: "ms"},
    columns: ["quantile", "latency_ms", "n"],
    rows: [
      [0.99, 3, 299],
      [0.999, 9, 299],
    ],
  };
  assert.deepEqual(await broken({summary: {tables: {percentiles: table}}}), [
    "percentile deeper than its sample",
  ]);
});

test("a ratio without an interval is found", async () => {
  assert.deepEqual(await broken({metric: RATIO, claim: {low: null, high: null, enough: false}}), [
    "ratio without interval",
  ]);
});

test("a missing n and a missing unit are found", async () => {
  assert.deepEqual(await broken({metric: RATIO, claim: {n: 0}}), ["missing n"]);
  assert.deepEqual(await broken({claim: {unit: ""}}), ["missing unit"]);
  const table: PreparedTable = {caption: "", sql: "", units: {}, columns: ["speed"], rows: [[12]]};
  assert.deepEqual(await broken({summary: {tables: {speeds: table}}}), ["missing unit"]);
});

test("a void run marked met is found", async () => {
  assert.deepEqual(await broken({claim: {verdict: "met"}, summary: {state: "void"}}), ["void marked met"]);
});

test("the best of several measurements is found", async () => {
  const best = {
    ...LATENCY,
    estimator: median(),
    rows: "SELECT min(latency_ns) AS value FROM requests GROUP BY block",
  };
  assert.deepEqual(await broken({metric: best}), ["best-of"]);
  const slowest = {...LATENCY, estimator: maximum()};
  assert.deepEqual(await broken({metric: slowest}), [], "the slowest request is asked for by name");
});

test("sides with unequal visits, temperature or rate are found", async () => {
  const twice: PlantedBlock[] = [...BLOCKS, {subject: "engram", round: 0}];
  assert.deepEqual(await broken({metric: RATIO, blocks: twice}), ["unequal conditions"]);
  const cold: PlantedBlock[] = [
    {subject: "engram", round: 0},
    {subject: "peer", round: 0, temperature: "cold"},
  ];
  assert.deepEqual(await broken({metric: RATIO, blocks: cold}), ["unequal conditions"]);
  const slower: PlantedBlock[] = [
    {subject: "engram", round: 0, offered_per_s: 100},
    {subject: "peer", round: 0, offered_per_s: 50},
  ];
  assert.deepEqual(await broken({metric: RATIO, blocks: slower}), ["unequal conditions"]);
});

test("forms, threads, data sets and durability promises that differ are found, each by its name", async () => {
  const equal = {form: "embedded", threads: 1, dataset: "mnist"};
  const against = (other: Record<string, unknown>, own: Record<string, unknown> = equal): PlantedBlock[] => [
    {subject: "engram", round: 0, configuration: own},
    {subject: "peer", round: 0, configuration: other},
  ];
  assert.deepEqual(await broken({metric: RATIO, blocks: against(equal)}), []);
  for (const other of [{form: "served"}, {threads: 2}, {dataset: "wikispeedia"}])
    assert.deepEqual(await broken({metric: RATIO, blocks: against({...equal, ...other})}), [
      "unequal conditions",
    ]);
  const writes = {...equal, scenario: "write", durability: "fdatasync, then acknowledged"};
  const {durability: _, ...loose} = writes;
  assert.deepEqual(await broken({metric: RATIO, blocks: against(loose, writes)}), ["unequal conditions"]);
});

test("only the visits a ratio is made of must be alike", async () => {
  const metric = {...RATIO, rows: RATIO.rows.replace("AS side", "AS side, b.unit AS visit")};
  const blocks: PlantedBlock[] = [...BLOCKS, {subject: "peer", round: 1, temperature: "cold"}];
  const first = {...metric, rows: `${metric.rows} WHERE b.round = 0`};
  assert.deepEqual(await broken({metric: first, blocks}), []);
  const all = {...metric, rows: metric.rows};
  assert.deepEqual(await broken({metric: all, blocks}), ["unequal conditions"]);
});

test("rates reached at unequal recall are found", async () => {
  const at = (recall: string) => ({
    ...RATIO,
    rows: RATIO.rows.replace("AS side", `AS side, ${recall} AS recall`),
  });
  assert.deepEqual(await broken({metric: at("0.95")}), []);
  assert.deepEqual(await broken({metric: at("CASE WHEN r.subject = 'engram' THEN 0.9 ELSE 0.95 END")}), [
    "unequal conditions",
  ]);
});

test("a null request inside a ratio, or subtracted from a column that does not say so, is found", async () => {
  const metric = {...RATIO, rows: `${RATIO.rows} WHERE operation <> 'null walk'`};
  assert.deepEqual(await broken({metric}), ["null request subtracted"]);
  const table = (sql: string): PreparedTable => ({
    caption: "",
    sql,
    units: {p50_us: "µs"},
    columns: [],
    rows: [],
  });
  assert.deepEqual(
    await broken({summary: {tables: {walks: table("SELECT middle - null_us AS p50_us FROM x")}}}),
    ["null request subtracted"],
  );
  assert.deepEqual(
    await broken({summary: {tables: {walks: table("SELECT middle - null_us AS less_null_us FROM x")}}}),
    [],
  );
});

test("a simulated figure among measured ones is found, and a number of simulated ones alone may stand", async () => {
  const simulated: PlantedBlock[] = [{subject: "history", kind: "simulated"}];
  assert.deepEqual(await broken({blocks: [...BLOCKS, ...simulated]}), [
    "arithmetic on what was not measured",
  ]);
  const alone = {...LATENCY, rows: `${LATENCY.rows} WHERE subject = 'history'`};
  assert.deepEqual(await broken({metric: alone, blocks: [...BLOCKS, ...simulated]}), []);
});

test("a cited figure among measured ones is found", async () => {
  const cited: PlantedBlock[] = [...BLOCKS, {subject: "brochure", kind: "cited", round: 1}];
  assert.deepEqual(await broken({blocks: cited}), ["arithmetic on what was not measured"]);
});

test("the error of the lint names each breach and its mend", () => {
  const error = new LintError([
    {rule: "best-of", where: "rate", says: "its rows take max(qps", remedy: "show all"},
  ]);
  assert.match(error.message, /best-of: rate: its rows take max\(qps/);
  assert.equal(error.remedy, "show all");
});
