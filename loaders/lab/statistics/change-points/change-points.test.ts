// Both detectors against published values, hand-made series and faults they must not fall for.
import assert from "node:assert/strict";
import {test} from "node:test";
import {stream} from "../random.ts";
import {agreed, covering, f1} from "./agreement.ts";
import {bisection} from "./bisection.ts";
import {divergence, eDivisive} from "./e-divisive.ts";
import {rankSegmentation, rankSums, seededIntervals} from "./rank-segmentation.ts";

/** Table 1 of Pettitt 1979: industrial data of Page, 40 observations. */
const PAGE = [
  -1.05, 0.96, 1.22, 0.58, -0.98, -0.03, -1.54, -0.71, -0.35, 0.66, 0.44, 0.91, -0.02, -1.42, 1.26, -1.02,
  -0.81, 1.66, 1.05, 0.97, 2.14, 1.22, -0.24, 1.6, 0.72, -0.12, 0.44, 0.03, 0.66, 0.56, 1.37, 1.66, 0.1, 0.8,
  1.29, 0.49, -0.07, 1.18, 3.29, 1.84,
];

/** Uniform noise of width 1 around levels, each for `length` observations. */
function levels(means: readonly number[], length: number, seed = 1): Float64Array {
  const random = stream(seed, "levels");
  return Float64Array.from({length: means.length * length}, (_, index) => {
    const mean = means[Math.floor(index / length)] as number;
    return mean + random() - 0.5;
  });
}

const ranksOf = (values: readonly number[]) => {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return Uint32Array.from(values, (value) => sorted.indexOf(value));
};

const places = (points: readonly {at: number}[]) => points.map(({at}) => at);

test("the rank statistic of Page's data is Pettitt's own: K = 232 after the 17th observation", () => {
  const {u} = rankSums(ranksOf(PAGE));
  const sizes = u.map(Math.abs);
  assert.equal(Math.max(...sizes), 232);
  assert.equal(sizes.indexOf(232) + 1, 17);
});

test("rank sums with ties are those computed by hand", () => {
  // 3 1 3 2: U after 1 is sign(3−1) + sign(3−3) + sign(3−2) = 2; after 2: (0 + 1) + (−1 −1) = −1; after 3: 1 − 1 + 1 = 1.
  const {u, ties} = rankSums(ranksOf([3, 1, 3, 2]));
  assert.deepEqual([...u], [2, -1, 1, 0]);
  assert.equal(ties, 6);
});

test("the energy distance is the one computed by hand", () => {
  // {0, 1} against {4, 6}: between 4+6+3+5 = 18, left 1, right 2; E = 2·18/4 − 1 − 2 = 6, scaled by 4/4.
  assert.equal(divergence(1, 2, 18, 2, 2), 6);
  const [point] = eDivisive([[0, 1, 4, 6]], stream(1, "hand"), {minSize: 2, level: 0.9, permutations: 9});
  assert.deepEqual([point?.at, point?.strength], [2, 6]);
});

test("E-divisive finds a change of spread that leaves the mean alone; ranks do not look for one", () => {
  const random = stream(3, "spread");
  const series = Float64Array.from({length: 120}, (_, index) => (random() - 0.5) * (index < 60 ? 1 : 8));
  const found = places(eDivisive([series], stream(1, "spread"), {minSize: 10}));
  assert.equal(found.length, 1);
  assert.ok(Math.abs((found[0] as number) - 60) <= 5, String(found));
  assert.deepEqual(places(rankSegmentation(series, stream(1, "spread"))), []);
});

test("both find three levels where they change", () => {
  const series = levels([0, 1, -1], 30);
  assert.deepEqual(places(eDivisive([series], stream(1, "levels"), {minSize: 10})), [30, 60]);
  assert.deepEqual(places(rankSegmentation(series, stream(1, "levels"))), [30, 60]);
});

test("one observation of a thousand times the size moves no rank change point", () => {
  const series = levels([0, 0], 20);
  series[7] = 1_000;
  assert.deepEqual(rankSegmentation(series, stream(1, "wild")), []);
});

test("a constant series has no change point", () => {
  const flat = new Float64Array(60).fill(2);
  assert.deepEqual(rankSegmentation(flat, stream(1, "flat")), []);
  assert.deepEqual(eDivisive([flat], stream(1, "flat"), {minSize: 10}), []);
});

test("the same seed finds the same points with the same p, another order of calls notwithstanding", () => {
  const series = levels([0, 0.6], 25, 9);
  const once = eDivisive([series], stream(5, "a"), {minSize: 5});
  rankSegmentation(series, stream(6, "b"));
  assert.deepEqual(eDivisive([series], stream(5, "a"), {minSize: 5}), once);
});

test("on exchangeable noise each detector is wrong about as often as its level says", () => {
  const histories = 120;
  let [energy, ranks] = [0, 0];
  for (let seed = 0; seed < histories; seed++) {
    const series = levels([0], 36, seed);
    energy += eDivisive([series], stream(seed, "energy"), {minSize: 5}).length > 0 ? 1 : 0;
    ranks += rankSegmentation(series, stream(seed, "ranks")).length > 0 ? 1 : 0;
  }
  // Binomial(120, .05): at most 13 with probability .996.
  assert.ok(energy <= 13 && ranks <= 13, `${energy} and ${ranks} of ${histories}`);
  assert.ok(energy + ranks > 0, "a test at level .05 that never errs is not at that level");
});

test("a level that the permutations cannot reach is refused", () => {
  assert.throws(
    () => bisection(10, () => null, {level: 0.01, permutations: 50}, Math.random),
    /50 permutations cannot reach a level of 0.01; use at least 99/,
  );
});

test("seeded intervals start with the whole, stay inside and come down to the shortest", () => {
  const intervals = seededIntervals(40, 10);
  assert.deepEqual(intervals[0], [0, 40]);
  assert.ok(intervals.every(([first, end]) => first >= 0 && end <= 40 && end - first >= 10));
  assert.equal(Math.min(...intervals.map(([first, end]) => end - first)), 10);
});

test("F1 and covering agree with the values printed by the authors of the Turing benchmark", () => {
  // TCPDBench, analysis/scripts/metrics.py, examples.
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
  close(f1([[10, 20], [11, 20], [10], [0, 5]], [10, 20]), 1);
  close(f1([[], [10], [50]], [10]), 0.9090909090909091);
  close(f1([[], [10], [50]], []), 0.8);
  close(covering([[10, 20], [10], [0, 5]], [10, 20], 45), 0.7962962962962963);
  close(covering([[], [10], [40]], [10], 45), 0.7954144620811286);
  close(covering([[], [10], [40]], [], 45), 0.8189300411522634);
});

test("two detectors agree only within the margin", () => {
  assert.deepEqual(agreed([{at: 10}, {at: 40}], [{at: 15}, {at: 46}]), [{at: 10}]);
});
