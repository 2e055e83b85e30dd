// A small migration over a live server, whole: releases are rolled out under load, the ledger reconciles, and the
// record answers what the experiment asks of it.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";
import definition from "../113-zero-downtime.parquet.ts";
import {recording} from "../lab/measure/recording.ts";
import {stream} from "../lab/statistics/random.ts";
import {runRow} from "../lab/store/fixture.ts";
import {append, open} from "../lab/store/store.ts";
import {type Database, openViews} from "../lab/store/views.ts";
import {type BlockInput, type BlockOutput, main} from "./block.ts";
import {recordAll} from "./record.ts";

const DIMENSION = 8;
const RATE_PER_S = 250;
const RUN = "20261128T000000Z-113-abcdef";

const random = stream(113, "vectors");
const vectors = (n: number) => Float32Array.from({length: n * DIMENSION}, () => random() - 0.5);
const folder = () => mkdtempSync(join(tmpdir(), "engram-113-"));
const small = (directory: string): BlockInput => ({
  ...{directory, dimension: DIMENSION, passages: vectors(400), held: 200, queries: vectors(50)},
  ...{sessions: 50, rate_per_s: RATE_PER_S, seed: 113},
  ...{stage_requests: 40, restart_requests: 400, restarts: 1},
});

test("a lost acknowledged write and a session that flips are caught in a live migration", async () => {
  const directory = folder();
  const planted = {restarts: 0, stage_requests: 60, restart_requests: 60, sessions: 4, planted: true};
  const {findings, beside_failed} = await main({...small(directory), ...planted}, () => undefined);
  rmSync(directory, {recursive: true});
  assert.deepEqual(beside_failed, []);
  assert.equal(findings.filter(({kind}) => kind === "lost").length, 1);
  const flips = findings.filter(({kind}) => kind === "flip");
  assert.ok(flips.length > 0 && flips.every(({about}) => about.startsWith("session 0")));
  assert.equal(findings.length, 1 + flips.length);
});

describe("a live server migrates and takes new releases", {timeout: 120_000}, () => {
  const directory = folder();
  let output: BlockOutput;
  let database: Database;

  before(async () => {
    output = await main(small(directory), () => undefined);
    const rows = recording(RUN);
    recordAll(output, rows, RATE_PER_S);
    const store = join(directory, "store");
    await append(store, {run: [runRow(RUN, {experiment: "113"})], ...rows.rows()});
    database = await openViews(open(store).runs);
  });
  after(() => {
    database.close();
    rmSync(directory, {recursive: true});
  });

  test("no request fails, on schedule or beside it", () => {
    const {columns} = output;
    const told = new Set(Array.from(columns.status, (status) => columns.statuses[status]));
    assert.deepEqual([...told], ["ok"]);
    assert.deepEqual(output.beside_failed, []);
  });

  test("what was acknowledged, repeated and read back reconciles with what is held", () => {
    assert.deepEqual(output.findings, []);
    assert.ok(output.writes > 0 && output.repeated > 0 && output.read_back > 0);
  });

  test("each release arrives behind the same port", () => {
    assert.deepEqual(
      output.stages.flatMap(({release}) => release ?? []),
      ["1.1.0", "1.2.0"],
    );
  });

  test("every count of the experiment is read from the record, and is none", async () => {
    for (const {metric, threshold} of definition.floors.filter((one) => one.threshold === 0)) {
      const [row] = await database.rows(metric.estimator.sql(metric.rows));
      assert.equal(Number(row?.value), threshold, metric.label);
    }
  });

  test("every table of the experiment has its columns, and those of the stages their rows", async () => {
    for (const {id, sql, units} of definition.tables) {
      const {columns, rows} = await database.table(sql);
      for (const name of Object.keys(units)) assert.ok(columns.includes(name), `${id} has ${name}`);
      if (id === "stages") assert.equal(rows.length, output.stages.length);
      if (id === "shadow") assert.equal(rows.length, 2);
    }
  });

  test("a thousand requests are not enough evidence for the bound of the rate", async () => {
    const floor = definition.floors.find(({metric}) => metric.id === "failed-share");
    assert.ok(floor !== undefined);
    const rows = (await database.rows(floor.metric.rows)).map(({value}) => ({value: Number(value)}));
    const {value, high} = floor.metric.estimator.estimate(rows, random);
    assert.equal(value, 0);
    assert.ok(Number(high) > floor.threshold);
  });

  test("no void rule but that of a driver without a core of its own says anything", async () => {
    for (const {id, violations} of definition.voidIf)
      if (id !== "late-driver") assert.deepEqual(await database.rows(violations), [], id);
  });
});
