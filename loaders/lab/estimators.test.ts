import assert from "node:assert/strict";
import {after, before, describe, test} from "node:test";
import {openWasm, type WasmDatabase} from "./duckdb-wasm.ts";
import type {Estimator, Row} from "./estimate.ts";
import {
  calibrationError,
  differenceOfMeans,
  exponent,
  maximum,
  mean,
  median,
  minimum,
  proportion,
  quantile,
  rate,
  ratioAtRecall,
  ratioOfMeans,
  ratioOfMedians,
  ratioOfQuantiles,
  rootMeanSquare,
} from "./estimators.ts";
import {permutation, stream} from "./statistics/random.ts";
import {type Database, openDatabase} from "./store/views.ts";

const random = stream(17, "estimators.test");
const bootstrap = () => stream(1, "bootstrap");

/** Long-tailed times of several blocks, in no order. */
function times(n: number, blocks = 8): Row[] {
  return Array.from({length: n}, () => ({
    value: Math.exp(3 * random()) + (random() < 0.01 ? 100 : 0),
    block: `run/${Math.floor(random() * blocks)}`,
  }));
}

// Each maker has a stream of its own, so that a case more changes no other.
const drifting = stream(17, "sides");

/** Two sides in `rounds` rounds; side a is `factor` as large, and both drift together from round to round. */
function sides(rounds: number, factor: number, perSide = 3): Row[] {
  return Array.from({length: rounds}, (_, round) => {
    const drift = 1 + drifting();
    return Array.from({length: perSide}, () => [
      {value: factor * drift * (1 + 0.02 * drifting()), block: `run/${round}`, side: "a" as const},
      {value: drift * (1 + 0.02 * drifting()), block: `run/${round}`, side: "b" as const},
    ]).flat();
  }).flat();
}

const waiting = stream(5, "waits");
/** Exponential times of mean `scale`. */
const waits = (n: number, scale: number, side: "a" | "b"): Row[] =>
  Array.from({length: n}, () => ({value: -scale * Math.log(1 - waiting()), side}));

/** Cost that grows as size to this power, three times at each of three sizes, with a tenth of noise. */
const growth = (power: number, sizes = [10, 30, 100]): Row[] =>
  sizes.flatMap((effort) =>
    Array.from({length: 3}, () => ({value: effort ** power * (1 + 0.1 * waiting()), effort})),
  );

/** Two searchers whose recall rises and whose rate falls with effort; side a is `factor` times as fast at each. */
function searches(rounds: number, factor: number, queries = 40): Row[] {
  return Array.from({length: rounds}, (_, round) =>
    [10, 20, 40].flatMap((effort, index) =>
      Array.from({length: queries}, (_, query) =>
        (["a", "b"] as const).map((side) => ({
          value:
            ((1 + 0.05 * random()) * 1_000 * (index + 1) * (1 + round / 10)) / (side === "a" ? factor : 1),
          block: `run/${round}`,
          side,
          effort,
          query,
          found: (query * 7) % 40 < 30 + 4 * index ? 1 : 0.9 - 0.1 * (2 - index),
        })),
      ).flat(),
    ),
  ).flat();
}

const trials = (n: number, p: number): Row[] =>
  Array.from({length: n}, () => ({value: random() < p ? 1 : 0, block: "run/0"}));

const telling = stream(23, "tellings");
/** Probabilities that come true in their power's share: honest at 1. */
const tellings = (n: number, power: number): Row[] =>
  Array.from({length: n}, () => {
    const value = Math.round(telling() * 50) / 50;
    return {value, found: telling() < value ** power ? 1 : 0};
  });

function shuffled(rows: Row[]): Row[] {
  return [...permutation(rows.length, random)].map((index) => rows[index] as Row);
}

const text = (value: string | undefined) => (value === undefined ? "CAST(NULL AS VARCHAR)" : `'${value}'`);
const asSql = (rows: readonly Row[]) =>
  `SELECT * FROM (VALUES ${rows.map(({value, block, side, effort = 0, found = 0}) => `(${value}e0, ${text(block)}, ${text(side)}, ${effort}, ${found}e0)`).join(", ")}) AS given (value, block, side, effort, found)`;

const CASES: {estimator: Estimator; rows: Row[][]}[] = [
  {estimator: quantile(0.5), rows: [times(1), times(7), times(600)]},
  {estimator: quantile(0.99), rows: [times(5), times(300), times(1_000)]},
  {estimator: quantile(0.999), rows: [times(3_000)]},
  {estimator: quantile(0.07), rows: [times(100)]},
  {
    estimator: ratioOfQuantiles(0.5),
    rows: [
      [...waits(8, 1, "a"), ...waits(12, 3, "b")],
      [...waits(70, 1, "a"), ...waits(41, 1, "b")],
    ],
  },
  {estimator: ratioOfQuantiles(0.99), rows: [[...waits(400, 3, "a"), ...waits(900, 1, "b")]]},
  {estimator: exponent({from: 10, to: 100}), rows: [growth(1.1), growth(2)]},
  {estimator: maximum(), rows: [times(1), times(500)]},
  {estimator: proportion(), rows: [trials(1, 1), trials(400, 0.3)]},
  {estimator: ratioAtRecall(0.95), rows: [searches(2, 2), searches(6, 1.4)]},
  {estimator: ratioAtRecall(0.9), rows: [searches(6, 3)]},
  {estimator: minimum(), rows: [growth(1.1), growth(2)]},
  {estimator: mean(), rows: [times(1), times(500)]},
  {estimator: rootMeanSquare(), rows: [times(1), times(500)]},
  {estimator: calibrationError(), rows: [tellings(7, 1), tellings(403, 2), tellings(1_000, 1)]},
  {estimator: median(), rows: [times(1), times(2), times(501), times(600)]},
  {estimator: rate(), rows: [times(1), times(500)]},
  {estimator: ratioOfMeans(), rows: [sides(1, 2), sides(12, 1.3), sides(7, 0.8, 4).slice(3)]},
  {estimator: ratioOfMedians(), rows: [sides(1, 2), sides(12, 1.3), sides(7, 0.8, 4).slice(3)]},
  {estimator: differenceOfMeans(), rows: [sides(1, 2), sides(12, 1.3), sides(7, 0.8, 4).slice(3)]},
  {
    estimator: ratioOfMedians(),
    rows: [[...sides(6, 1.5), {value: 1e6, block: "run/alone", side: "a"}]], // left out by both faces
  },
];

describe("both faces of an estimator agree", () => {
  let native: Database;
  let wasm: WasmDatabase;
  before(async () => {
    native = await openDatabase();
    wasm = await openWasm();
  });
  after(() => native.close());

  test("the reader's DuckDB is the version that the SQL is kept to", () => {
    assert.match(wasm.version, /^v1\.1\.1/);
  });

  for (const {estimator, rows} of CASES)
    for (const given of rows)
      test(`${estimator.name} of ${given.length} rows, in DuckDB and in the reader's DuckDB`, async () => {
        const {value, n} = estimator.estimate(given, bootstrap());
        const sql = estimator.sql(asSql(shuffled(given)));
        for (const answers of [await native.rows(sql), wasm.rows(sql)]) {
          assert.equal(answers.length, 1, sql);
          const answer = {value: Number(answers[0]?.value), n: Number(answers[0]?.n)};
          assert.equal(answer.n, n);
          assert.ok(Math.abs(answer.value - value) <= 1e-12 * Math.abs(value), `${answer.value} ≠ ${value}`);
        }
      });

  for (const {estimator} of CASES)
    test(`${estimator.name} of no rows has no value in SQL and concludes nothing`, async () => {
      const none = "SELECT 1e0 AS value, 'x' AS block, 'a' AS side, 1 AS effort, 1e0 AS found WHERE false";
      assert.deepEqual(await native.rows(estimator.sql(none)), []);
      assert.deepEqual(wasm.rows(estimator.sql(none)), []);
      const estimate = estimator.estimate([], bootstrap());
      assert.equal(estimate.enough, false);
      assert.match(estimate.needs ?? "", /have 0/);
    });
});

test("a planted percentile deeper than its sample says what it needs", () => {
  const estimate = quantile(0.999).estimate(times(1_200), bootstrap());
  assert.equal(estimate.enough, false);
  assert.equal(estimate.needs, "2,995 requests, have 1,200");
  assert.equal(estimate.high, null);
});

test("a percentile that its sample supports has both ends, around the value", () => {
  const {value, low, high, enough, needs} = quantile(0.99).estimate(times(299), bootstrap());
  assert.ok(enough && needs === null && low !== null && high !== null && low <= value && value <= high);
});

test("a ratio's interval holds the planted effect in about 95 % of runs, though the machine drifts twofold", () => {
  const runs = 100;
  for (const estimator of [ratioOfMeans(), ratioOfMedians()]) {
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const {low, high, units, enough} = estimator.estimate(sides(12, 1.3), bootstrap());
      assert.ok(enough && low !== null && high !== null && high - low < 0.05);
      assert.equal(units, 12);
      if (low < 1.3 && 1.3 < high) held++;
    }
    assert.ok(held / runs > 0.88, `${estimator.name}: ${held} of ${runs}`);
  }
});

test("an A/A ratio's interval holds 1 in about 95 % of runs", () => {
  const runs = 600;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const {low, high} = ratioOfMedians().estimate(sides(8, 1), bootstrap());
    if (low !== null && high !== null && low <= 1 && 1 <= high) held++;
  }
  assert.ok(held / runs > 0.91, `${held} of ${runs}`);
});

test("a ratio of two sides' P99 holds the planted effect in at least 95 % of runs, and needs its sample on both sides", () => {
  const runs = 300;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const rows = [...waits(600, 1.3, "a"), ...waits(500, 1, "b")];
    const {low, high, enough} = ratioOfQuantiles(0.99).estimate(rows, bootstrap());
    if (enough && low !== null && high !== null && low <= 1.3 && 1.3 <= high) held++;
  }
  assert.ok(held / runs >= 0.95, `${held} of ${runs}`);
  const few = [...waits(600, 1, "a"), ...waits(299, 1, "b")];
  assert.equal(
    ratioOfQuantiles(0.99).estimate(few, bootstrap()).needs,
    "368 requests on each side, have 299",
  );
});

test("a planted quadratic cost is told from a linear one, over the sizes that are asked about only", () => {
  const {low, high, enough} = exponent({from: 10, to: 100}).estimate(growth(2), bootstrap());
  assert.ok(
    enough && low !== null && high !== null && 1.8 < low && low < 2 && 2 < high + 0.05,
    `${low}…${high}`,
  );
  const small = exponent({from: 10, to: 1_000}).estimate(growth(1), bootstrap());
  assert.equal(small.enough, false);
  assert.equal(small.needs, "sizes from 10 to 1,000, have 10 to 100");
});

test("a ratio at equal recall that one round alone reaches has no value", () => {
  const {value, enough, needs} = ratioAtRecall(0.9).estimate(searches(1, 2), bootstrap());
  assert.ok(Number.isNaN(value) && !enough);
  assert.equal(needs, "6 rounds in which both reach 0.9, have 1");
});

test("a planted boaster's calibration error is told from an honest one's, and few questions conclude nothing", () => {
  const honest = calibrationError().estimate(tellings(2_000, 1), bootstrap());
  assert.ok(honest.enough && (honest.high ?? 1) < 0.05, `${honest.high}`);
  const boaster = calibrationError().estimate(tellings(2_000, 3), bootstrap());
  assert.ok((boaster.low ?? 0) > 0.2, `${boaster.low}`);
  assert.equal(calibrationError().estimate(tellings(99, 1), bootstrap()).needs, "100 questions, have 99");
});

test("fewer than six rounds conclude nothing, and the interval still shows", () => {
  const {low, enough, needs} = ratioOfMeans().estimate(sides(3, 2), bootstrap());
  assert.ok(low !== null && !enough);
  assert.equal(needs, "6 rounds, have 3");
});

test("many rows in few blocks are few units", () => {
  const {n, units, needs} = mean().estimate(times(5_000, 4), bootstrap());
  assert.deepEqual({n, units, needs}, {n: 5_000, units: 4, needs: "6 blocks, have 4"});
});

test("a value that is not a number is refused by row", () => {
  assert.throws(() => mean().estimate([{value: 1}, {value: Number.NaN}], bootstrap()), /row 1 holds NaN/);
});

test("a ratio whose rows lack a side is refused by row", () => {
  assert.throws(() => ratioOfMeans().estimate([{value: 1, block: "r/0"}], bootstrap()), /row 0 has side/);
});

test("a trial that is neither success nor failure is refused", () => {
  assert.throws(() => proportion().estimate([{value: 0.5}], bootstrap()), /0 or 1/);
});
