// Curves of forgetting fitted by least squares to some of the published points, and asked for the others. What is held
// out is never seen by the fit: it gets the points it may see, and no more.
import {minimise} from "../lab/statistics/minimise.ts";
import type {Decay} from "./forgetting.ts";

export interface Point {
  delay_ms: number;
  /** 0…1. */
  saved: number;
}

/** Shares left after delays (ms), by the engine. */
export type Curve = (decay: Decay, delays_ms: readonly number[]) => Promise<number[]>;

export interface Model {
  name: string;
  /** Rehearsals of the memory, which the two-component model asks for. */
  accesses: number;
  /** Of the logarithms of the free parameters. */
  ranges: [number, number][];
  decay: (free: number[]) => Decay;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** From a second to ten years, from a millisecond to a year, and exponents that the engine takes. */
const TAU: [number, number] = [Math.log(1_000), Math.log(3_650 * DAY_MS)];
const POWER_TAU: [number, number] = [Math.log(1), Math.log(365 * DAY_MS)];
const BETA: [number, number] = [Math.log(0.001), Math.log(5)];

const exponential = (model: NonNullable<Decay["model"]>) => ({
  ranges: [TAU],
  decay: ([tau = 0]: number[]): Decay => ({model, tau: Math.exp(tau)}),
});
const power = (model: NonNullable<Decay["model"]>) => ({
  ranges: [POWER_TAU, BETA],
  decay: ([powerTau = 0, beta = 0]: number[]): Decay => ({
    model,
    powerTau: Math.exp(powerTau),
    beta: Math.exp(beta),
  }),
});

/** All that the engine can be configured to. */
export const MODELS: readonly Model[] = [
  {name: "power", accesses: 0, ...power("power")},
  {
    name: "power of days",
    accesses: 0,
    ranges: [BETA],
    decay: ([beta = 0]) => ({model: "power", powerTau: DAY_MS, beta: Math.exp(beta)}),
  },
  {name: "exponential", accesses: 0, ...exponential("exponential")},
  {name: "two components, told once", accesses: 0, ...exponential("two-component")},
  {name: "two components, rehearsed", accesses: 3, ...power("two-component")},
];

/** What the specification set before anything was fitted: engine.md, "Decay". */
export const SPECIFIED: readonly {name: string; accesses: number; decay: Decay}[] = [
  {
    name: "specified, told once",
    accesses: 0,
    decay: {model: "two-component", tau: 1.96 * HOUR_MS, beta: 0.18, powerTau: DAY_MS},
  },
  {
    name: "specified, rehearsed",
    accesses: 3,
    decay: {model: "two-component", tau: 1.96 * HOUR_MS, beta: 0.18, powerTau: DAY_MS},
  },
];

/** What makes a prediction of some delays out of points that were seen. */
export type Predict = (seen: readonly Point[], delays_ms: readonly number[]) => Promise<number[]>;

export async function fit(model: Model, curve: Curve, seen: readonly Point[]): Promise<Decay> {
  if (seen.length < model.ranges.length)
    throw new RangeError(
      `${model.ranges.length} parameters of "${model.name}" and ${seen.length} points; fit to more`,
    );
  const delays = seen.map(({delay_ms}) => delay_ms);
  const {at} = await minimise(model.ranges, async (free) => {
    const shares = await curve(model.decay(free), delays);
    return shares.reduce((sum, share, i) => sum + (share - (seen[i] as Point).saved) ** 2, 0);
  });
  return model.decay(at);
}

export const predictor =
  (model: Model, curve: Curve): Predict =>
  async (seen, delays_ms) =>
    curve(await fit(model, curve, seen), delays_ms);

/** Knows nothing of time: the mean of what was seen. What predicts must do better. */
export const plainMean: Predict = async (seen, delays_ms) => {
  const mean = seen.reduce((sum, {saved}) => sum + saved, 0) / seen.length;
  return delays_ms.map(() => mean);
};

/** The point at `out` predicted from all others. */
export async function leftOut(points: readonly Point[], out: number, predict: Predict): Promise<number> {
  const [share = Number.NaN] = await predict(
    points.filter((_, i) => i !== out),
    [(points[out] as Point).delay_ms],
  );
  return share;
}

/** The points later than `last_ms` predicted from those up to it. */
export async function predictLater(
  points: readonly Point[],
  last_ms: number,
  predict: Predict,
): Promise<number[]> {
  return predict(
    points.filter(({delay_ms}) => delay_ms <= last_ms),
    points.filter(({delay_ms}) => delay_ms > last_ms).map(({delay_ms}) => delay_ms),
  );
}

/** A prediction of the point at `out`; an honest one looks at the others alone. */
export type PredictOne = (points: readonly Point[], out: number) => Promise<number>;

/** How far predictions of a held-out point move when that very point is changed: 0 unless something leaked. */
export async function leakage(points: readonly Point[], predictOne: PredictOne): Promise<number> {
  let most = 0;
  for (const out of points.keys()) {
    const changed = points.map((point, i) => (i === out ? {...point, saved: 1 - point.saved} : point));
    most = Math.max(most, Math.abs((await predictOne(changed, out)) - (await predictOne(points, out))));
  }
  return most;
}

/** Each value at its mirror's delay: what was forgotten comes back, which no curve of forgetting may predict. */
export const mirrored = (points: readonly Point[]): Point[] =>
  points.map((point, i) => ({...point, saved: (points.at(-1 - i) as Point).saved}));

export const rootMeanSquare = (errors: readonly number[]) =>
  Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);

/** Gaps from an hour to the longest, `count` of them in equal ratios, ms. */
export const gapsUpTo = (longest_ms: number, count: number): number[] =>
  Array.from({length: count}, (_, i) => HOUR_MS * (longest_ms / HOUR_MS) ** (i / (count - 1)));

/** Gains that are tried: from hardly any to more than any study found, in equal ratios. */
const GAINS: readonly number[] = Array.from({length: 40}, (_, i) => 0.02 * (5 / 0.02) ** (i / 39));

/** The gain whose best gap (a share of the time until the test) comes nearest, by ratio, to the middle of a range. */
export async function fitGain(
  best: (gain: number) => Promise<number>,
  {low, high}: {low: number; high: number},
): Promise<number> {
  let nearest = {gain: Number.NaN, off: Number.POSITIVE_INFINITY};
  for (const gain of GAINS) {
    const off = Math.abs(Math.log((await best(gain)) / Math.sqrt(low * high)));
    if (off < nearest.off) nearest = {gain, off};
  }
  return nearest.gain;
}

/** The first gap that leaves most; null where nothing is left after any. */
export async function bestGap(
  gaps_ms: readonly number[],
  left: (gap_ms: number) => Promise<number>,
): Promise<{gap_ms: number; left: number} | null> {
  let best: {gap_ms: number; left: number} | null = null;
  for (const gap_ms of gaps_ms) {
    const share = await left(gap_ms);
    if (share > (best?.left ?? 0)) best = {gap_ms, left: share};
  }
  return best;
}
