import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {Engine} from "../../native/engine.ts";
import definition from "../200-human-memory.parquet.ts";
import type {Dataset} from "../datasets/dataset.ts";
import {bestGaps, delayOf, savings} from "../datasets/psych-memory.ts";
import {type PlantedBlock, withRecords} from "../lab/store/fixture.ts";
import {tell} from "./confidence.ts";
import {
  bestGap,
  fit,
  fitGain,
  gapsUpTo,
  leakage,
  leftOut,
  MODELS,
  type Model,
  mirrored,
  type Point,
  plainMean,
  predictLater,
  predictor,
  rootMeanSquare,
} from "./fit.ts";
import {afterGap, byDefault, Forgetting} from "./forgetting.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DELAYS = [HOUR_MS / 3, HOUR_MS, 9 * HOUR_MS, DAY_MS, 2 * DAY_MS, 6 * DAY_MS, 31 * DAY_MS];
const model = (name: string) => MODELS.find((one) => one.name === name) as Model;

async function withEngine(use: (engine: Engine) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "engram-human-"));
  const engine = await Engine.open(directory, {durability: "async"});
  try {
    await use(engine);
  } finally {
    await engine.close();
    rmSync(directory, {recursive: true});
  }
}

/** A power law by arithmetic: the engine has no part in what its own fit is judged by. */
const POINTS: Point[] = DELAYS.map((delay_ms) => ({delay_ms, saved: (1 + delay_ms / 60_000) ** -0.2}));

const errorsOf = async (points: readonly Point[], predict: Parameters<typeof leftOut>[2]) => {
  const errors: number[] = [];
  for (const [out, {saved}] of points.entries()) errors.push((await leftOut(points, out, predict)) - saved);
  return rootMeanSquare(errors);
};

test("a delay is read as exactly as it was published, and what is none is refused", () => {
  assert.equal(delayOf("2 d"), 2 * DAY_MS);
  assert.equal(delayOf("20 min (19-20)"), 19.5 * 60_000);
  assert.equal(delayOf("1 h (63-64 min)"), 63.5 * 60_000);
  assert.equal(delayOf("9 h (525-526 min / 8.8 h)"), 525.5 * 60_000);
  assert.equal(delayOf("1 week"), 7 * DAY_MS);
  for (const label of ["soon", "3 moons", "-1 d", "1 h (63-64 moons)"])
    assert.throws(() => delayOf(label), /no delay/);
});

test("savings and best gaps come as shares and milliseconds", () => {
  const directory = mkdtempSync(join(tmpdir(), "engram-published-"));
  const file = join(directory, "results.json");
  writeFileSync(
    file,
    JSON.stringify({
      ebbinghaus1885_savings: {delay: ["20 min", "1 d"], savings_percent: [50, 25]},
      cepeda2008_spacing: {gap_max_months: 3, optimal_gap_fraction_of_delay: {"1 week": [0.2, 0.4]}},
    }),
  );
  const set = {file: () => file} as unknown as Dataset;
  assert.deepEqual(
    savings(set).map(({delay_ms, saved}) => [delay_ms, saved]),
    [
      [1_200_000, 0.5],
      [DAY_MS, 0.25],
    ],
  );
  const {gaps, longest_ms} = bestGaps(set);
  assert.deepEqual(gaps, [{label: "1 week", delay_ms: 7 * DAY_MS, low: 0.2, high: 0.4}]);
  assert.equal(longest_ms, 91.3125 * DAY_MS);
  rmSync(directory, {recursive: true});
});

test("a planted power law is found again by asking the engine", () =>
  withEngine(async (engine) => {
    const memory = await Forgetting.begin(engine);
    const {powerTau = 0, beta = 0} = await fit(model("power"), memory.retention.bind(memory), POINTS);
    assert.ok(
      Math.abs(powerTau / 60_000 - 1) < 0.01 && Math.abs(beta - 0.2) < 0.001,
      `${powerTau} ms, ${beta}`,
    );
  }));

test("an exponential misses a power law: left out, its points are predicted worse than by their mean", () =>
  withEngine(async (engine) => {
    const memory = await Forgetting.begin(engine);
    const curve = memory.retention.bind(memory);
    const right = await errorsOf(POINTS, predictor(model("power"), curve));
    const wrong = await errorsOf(POINTS, predictor(model("exponential"), curve));
    const mean = await errorsOf(POINTS, plainMean);
    assert.ok(right < 0.001 && mean > 0.1 && wrong > mean, `${right}, ${wrong}, ${mean}`);
  }));

test("a mirrored curve, which rises with time, is not predicted", () =>
  withEngine(async (engine) => {
    const memory = await Forgetting.begin(engine);
    const error = await errorsOf(mirrored(POINTS), predictor(model("power"), memory.retention.bind(memory)));
    assert.ok(error > 0.1, `${error}`);
  }));

test("a prediction that was shown its own answer is caught, an honest one is not", () =>
  withEngine(async (engine) => {
    const memory = await Forgetting.begin(engine);
    const predict = predictor(model("power"), memory.retention.bind(memory));
    assert.equal(await leakage(POINTS, (points, out) => leftOut(points, out, predict)), 0);
    const shown = await leakage(
      POINTS,
      async (points, out) => (await predict(points, [(points[out] as Point).delay_ms]))[0] as number,
    );
    assert.ok(shown > 0.01, `${shown}`);
  }));

test("what is predicted for later is asked of the earlier points alone", async () => {
  const asked: number[][] = [];
  await predictLater(POINTS, DAY_MS, async (seen, delays) => {
    asked.push(
      seen.map(({delay_ms}) => delay_ms),
      [...delays],
    );
    return delays.map(() => 0);
  });
  assert.deepEqual(asked, [DELAYS.slice(0, 4), DELAYS.slice(4)]);
});

test("more parameters than points are refused", async () => {
  await assert.rejects(
    fit(model("power"), async () => [], POINTS.slice(0, 1)),
    /2 parameters .* 1 points/,
  );
});

test("the engine's default is a power law that falls from 1 and never rises", () =>
  withEngine(async (engine) => {
    const [fresh = 0, ...later] = await byDefault(engine, [0, ...DELAYS]);
    assert.equal(fresh, 1);
    assert.ok(later.every((left, i) => left > 0 && left < (later[i - 1] ?? fresh)));
    const memory = await Forgetting.begin(engine);
    assert.deepEqual(await memory.retention({}, DELAYS), later);
  }));

test("of two components, rehearsal decides which one is read", () =>
  withEngine(async (engine) => {
    const decay = {model: "two-component" as const, tau: DAY_MS, powerTau: DAY_MS, beta: 0.5};
    for (const [accesses, expected] of [
      [2, Math.exp(-3)],
      [3, 0.5],
    ] as const) {
      const [left = 0] = await (await Forgetting.begin(engine, accesses)).retention(decay, [3 * DAY_MS]);
      assert.ok(Math.abs(left - expected) < 1e-6, `${left} is not ${expected}`);
    }
  }));

test("a second learning serves best neither at once nor too late, by the spacing model", () =>
  withEngine(async (engine) => {
    const decay = {model: "spacing" as const};
    const soon = await afterGap(engine, decay, 60_000, 7 * DAY_MS);
    const late = await afterGap(engine, decay, DAY_MS, 7 * DAY_MS);
    const too = await afterGap(engine, decay, 60 * DAY_MS, 7 * DAY_MS);
    assert.ok(late > 1.05 * soon && late > 1.05 * too, `${soon}, ${late} and ${too}`);
  }));

test("the first of the best gaps is told, and none where nothing is left", async () => {
  const gaps = gapsUpTo(1_000 * HOUR_MS, 4);
  assert.deepEqual(
    gaps.map((gap) => Math.round(gap / HOUR_MS)),
    [1, 10, 100, 1_000],
  );
  const best = await bestGap(gaps, async (gap) => (gap > 5 * HOUR_MS && gap < 500 * HOUR_MS ? 0.5 : 0.1));
  assert.deepEqual(best, {gap_ms: gaps[1], left: 0.5});
  assert.equal(await bestGap(gaps, async () => 0), null);
});

test("a gain is found again by the best gap that it makes", async () => {
  const gain = await fitGain(async (gain) => 1 / gain, {low: 1, high: 4});
  assert.ok(gain > 0.45 && gain < 0.55, `${gain}`);
});

test("a calibration sees only the questions that are not held out, and is gone for the next kind", () =>
  withEngine(async (engine) => {
    const dimension = 8;
    const axis = (at: number) =>
      Float32Array.from({length: dimension}, (_, i) => (i === at ? 1 : i === 7 ? 0.5 : 0));
    const flat = (rows: Float32Array[]) => Float32Array.from(rows.flatMap((one) => [...one]));
    const passages = flat([0, 1, 2, 3].map(axis));
    const questions = flat([0, 1, 2, 3, 4, 5].map(axis));
    const cues = {
      dimension,
      passages,
      questions,
      answers: Int32Array.of(0, 1, 2, 3, -1, -1),
      held_out: Uint8Array.of(0, 1, 0, 1, 0, 1),
    };
    const told = await tell(engine, cues, () => undefined);
    const of = (kind: string, stage: string) =>
      told.filter((one) => one.kind === kind && one.stage === stage);
    assert.ok(of("similar", "after").every(({held_out}) => held_out));
    assert.deepEqual(
      of("similar", "after").map(({question, probability, right}) => [
        question,
        Math.round(probability),
        right,
      ]),
      [
        [1, 1, true],
        [3, 1, true],
        [5, 0, false],
      ],
    );
    const raw = of("similar", "before").find(({question}) => question === 5)?.probability ?? 0;
    assert.ok(raw > 0.1, `${raw} is a likeness, not a chance`);
    assert.equal(of("recognise", "after").length, 0);
    assert.ok(of("recognise", "before").every(({question, right}) => right === question < 4));
  }));

const rule = (id: string) => definition.voidIf.find((one) => one.id === id)?.violations ?? "";
async function violations(id: string, block: PlantedBlock): Promise<number> {
  let found = 0;
  await withRecords([block], async (database) => {
    found = (await database.rows(rule(id))).length;
  });
  return found;
}

test("a run is void when a held-out point leaked, or when a planted leak was overlooked", async () => {
  assert.equal(await violations("leak", {observations: {leak: 0, "planted leak": 0.02}}), 0);
  assert.equal(await violations("leak", {observations: {leak: 0.01, "planted leak": 0.02}}), 1);
  assert.equal(await violations("leak", {observations: {leak: 0, "planted leak": 0}}), 1);
  assert.equal(await violations("leak", {}), 1);
});

test("a run is void when mirrored savings are predicted as well as the real ones", async () => {
  const with_ = (value: number): PlantedBlock => ({
    labelled: [
      {metric: "left out", label: "power|1 d", value: 0.05},
      {metric: "mirrored", label: "power|1 d", value},
    ],
  });
  assert.equal(await violations("mirrored", with_(0.2)), 0);
  assert.equal(await violations("mirrored", with_(0.05)), 1);
});

test("a run is void when best gaps that were swapped are predicted as well, or were not looked at", async () => {
  assert.equal(await violations("swapped", {observations: {"swapped best gap hit": 0}}), 0);
  assert.equal(await violations("swapped", {observations: {"swapped best gap hit": 1}}), 1);
  assert.equal(await violations("swapped", {}), 1);
});
