import assert from "node:assert/strict";
import {test} from "node:test";
import {withRecords} from "../lab/store/fixture.ts";
import {burnSql, ledgerSql, reconciled} from "./ledger.ts";
import {PROMISES, type Promised, promisesOf, SloError} from "./slo.ts";

const MS_PER_S = 1_000;

/** So many recalls in each second, of which the last ones took 100 ms. */
function second(at: number, n: number, slow: number): [number, number, number][] {
  return Array.from({length: n}, (_, i) => {
    const due = at * MS_PER_S + i;
    return [due, due, due + (i >= n - slow ? 100 : 1)];
  });
}

const promise: Promised = {
  slo: "planted",
  says: "planted",
  objective: "P99",
  about: "operation = 'recall'",
  good: "status = 'ok' AND latency_ns < 50000000",
  target: 0.99,
};

test("the promises are those of tasks.md", () => {
  assert.deepEqual(
    PROMISES.map(({slo, objective, target}) => [slo, objective, target]),
    [
      ["availability", "99.9 % answered", 0.999],
      ["mix-latency", "P95", 0.95],
      ["mix-latency", "P99", 0.99],
      ["recall-latency", "P99", 0.99],
      ["completion-latency", "P99", 0.99],
      ["consolidation-latency", "P99", 0.99],
    ],
  );
});

test("a promise that is no OpenSLO is refused with what is wrong with it", () => {
  assert.throws(() => promisesOf("apiVersion: openslo/v2\nkind: SLO"), SloError);
  const document = (objective: string) => `
apiVersion: openslo/v1
kind: SLO
metadata: {name: a, displayName: a}
spec:
  indicator: {spec: {thresholdMetric: {metricSource: {type: engram-workbench, spec: {operation: recall}}}}}
  budgetingMethod: Occurrences
  objectives: [${objective}]`;
  assert.equal(promisesOf(document("{displayName: P99, op: lt, value: 1, target: 0.99}")).length, 1);
  assert.throws(() => promisesOf(document("{displayName: P99, target: 0.99}")), /op and value/);
  assert.throws(() => promisesOf(document("{displayName: P99, op: lt, value: 1, target: 99}")), /target/);
});

test("the ledger tells bad requests, those allowed, and the share of the budget that is spent", () =>
  withRecords([{requests: [...second(0, 100, 1), ...second(1, 100, 3)]}], async (database) => {
    assert.deepEqual(await database.rows(ledgerSql([promise])), [
      {promise: "planted", objective: "P99", requests: 200, bad: 4, allowed: 2, spent: 2},
    ]);
  }));

const POLICY = [{severity: "page" as const, burn: 10, long_s: 4, short_s: 2}];
async function firing(slowBySecond: number[]): Promise<number> {
  let seconds = Number.NaN;
  const requests = slowBySecond.flatMap((slow, at) => second(at, 100, slow));
  await withRecords([{requests}], async (database) => {
    seconds = Number((await database.rows(burnSql([promise], POLICY)))[0]?.firing_s);
  });
  return seconds;
}

test("a planted burst fires while both windows burn, and no longer", async () => {
  assert.equal(await firing([0, 0, 0, 0, 50, 50, 0, 0, 0, 0]), 3);
});

test("a blip that only the short window sees does not fire, nor does a clean run", async () => {
  assert.equal(await firing([0, 0, 0, 0, 30, 0, 0, 0]), 0);
  assert.equal(await firing([1, 1, 1, 1, 1]), 0);
});

test("a request that the driver counted and the record lacks voids the run", async () => {
  const requests = second(0, 10, 0);
  for (const [counted, violations] of [
    [10, 0],
    [11, 1],
  ] as const)
    await withRecords([{requests, observations: {counted, counted_failed: 0}}], async (database) => {
      assert.equal((await database.rows(reconciled.violations)).length, violations);
    });
  await withRecords([{requests}], async (database) => {
    assert.match(String((await database.rows(reconciled.violations))[0]?.reason), /never counted/);
  });
});
