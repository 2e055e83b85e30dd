// Two searchers' rates at the same recall. Each has points (recall, rate), one per setting, and both coordinates are
// uncertain: recall because queries were drawn, the rate because rounds differ. So both are drawn again.
import type {Estimator, Row} from "../estimate.ts";
import {bootstrapInterval, UNITS_MIN} from "../statistics/bootstrap.ts";
import {finite, lack, nothing} from "./input.ts";

const METHOD =
  "rate at equal recall a : b, log rate linear in recall between the settings around it; bootstrap over rounds and queries (Owen 2007, Annals of Applied Statistics 1:386), tails widened for few (Hesterberg 2015)";

/** Each costs a pass over all queries of all rounds: fewer than the usual bootstrap draws, enough for two digits. */
const RESAMPLES = 600;
/** One round alone has no interval, and a ratio does not go without. */
const ROUNDS_MIN = 2;

/** One setting of one side in one round, by query. */
interface Setting {
  effort: number;
  /** ns spent, share of the true neighbours found, and times asked. */
  time: Float64Array;
  found: Float64Array;
  asked: Float64Array;
}

interface Round {
  a: Setting[];
  b: Setting[];
}

function checked(rows: readonly Row[], name: string): void {
  finite(rows, name);
  const bad = rows.findIndex(
    ({block, side, effort, query, found}) =>
      typeof block !== "string" ||
      (side !== "a" && side !== "b") ||
      ![effort, query, found].every((value) => typeof value === "number" && Number.isFinite(value)),
  );
  if (bad >= 0)
    throw new TypeError(
      `${name}: row ${bad} is ${JSON.stringify(rows[bad])}; select value (ns), block (round), side, effort, query and found (share)`,
    );
}

/** Rounds that have both sides, each side's settings by rising effort. */
function roundsOf(rows: readonly Row[], queries: number): Round[] {
  const rounds = new Map<string, {a: Map<number, Setting>; b: Map<number, Setting>}>();
  for (const {value, block = "", side = "a", effort = 0, query = 0, found = 0} of rows) {
    const round = rounds.get(block) ?? {a: new Map(), b: new Map()};
    rounds.set(block, round);
    const setting = round[side].get(effort) ?? {
      effort,
      time: new Float64Array(queries),
      found: new Float64Array(queries),
      asked: new Float64Array(queries),
    };
    round[side].set(effort, setting);
    setting.time[query] = (setting.time[query] as number) + value;
    setting.found[query] = (setting.found[query] as number) + found;
    setting.asked[query] = (setting.asked[query] as number) + 1;
  }
  const sorted = (settings: Map<number, Setting>) =>
    [...settings.values()].sort((x, y) => x.effort - y.effort);
  return [...rounds.values()]
    .filter(({a, b}) => a.size > 0 && b.size > 0)
    .map(({a, b}) => ({a: sorted(a), b: sorted(b)}));
}

interface Point {
  recall: number;
  log_rate: number;
}

function pointOf({time, found, asked}: Setting, drawn: Float64Array): Point {
  let [t, f, n] = [0, 0, 0];
  for (let query = 0; query < drawn.length; query++) {
    const times = drawn[query] as number;
    if (times === 0) continue;
    t += times * (time[query] as number);
    f += times * (found[query] as number);
    n += times * (asked[query] as number);
  }
  return {recall: f / n, log_rate: Math.log(n / t)};
}

const between = (lo: Point, hi: Point, target: number) =>
  hi.recall <= lo.recall
    ? hi.log_rate
    : lo.log_rate + ((target - lo.recall) / (hi.recall - lo.recall)) * (hi.log_rate - lo.log_rate);

/** Log rate at the target; where the cheapest setting is better already, its own. Beyond the dearest one NaN, or
 *  with `beyond` the line through the last two: a drawn sample may miss by a hair what the whole one reaches. */
export function logRateAt(points: readonly Point[], target: number, beyond = false): number {
  const at = points.findIndex(({recall}) => recall >= target);
  if (at > 0) return between(points[at - 1] as Point, points[at] as Point, target);
  if (at === 0) return (points[0] as Point).log_rate;
  const [lo, hi] = points.slice(-2);
  return beyond && lo !== undefined && hi !== undefined ? between(lo, hi, target) : Number.NaN;
}

/** How many times the rate of side b side a has at a recall of `target`: geometric mean over rounds. */
export function ratioAtRecall(target: number, {of = "rounds"} = {}): Estimator {
  const name = `ratioAtRecall(${target})`;
  return {
    name,
    estimate(all, random) {
      checked(all, name);
      const queries = all.reduce((most, {query = 0}) => Math.max(most, query + 1), 0);
      const ones = new Float64Array(queries).fill(1);
      const rounds = roundsOf(all, queries).filter(({a, b}) =>
        [a, b].every((side) =>
          Number.isFinite(
            logRateAt(
              side.map((one) => pointOf(one, ones)),
              target,
            ),
          ),
        ),
      );
      if (rounds.length < ROUNDS_MIN)
        return nothing(lack(UNITS_MIN, rounds.length, `${of} in which both reach ${target}`), METHOD);
      const logRatio = ({a, b}: Round, drawn: Float64Array, beyond: boolean) =>
        logRateAt(
          a.map((one) => pointOf(one, drawn)),
          target,
          beyond,
        ) -
        logRateAt(
          b.map((one) => pointOf(one, drawn)),
          target,
          beyond,
        );
      const mean = (weights: Uint32Array, drawn: Float64Array, beyond: boolean) => {
        let [sum, total] = [0, 0];
        rounds.forEach((round, index) => {
          const weight = weights[index] as number;
          if (weight === 0) return;
          sum += weight * logRatio(round, drawn, beyond);
          total += weight;
        });
        return Math.exp(sum / total);
      };
      const drawn = new Float64Array(queries);
      const interval = bootstrapInterval(
        rounds.length,
        (weights) => {
          drawn.fill(0);
          for (let draw = 0; draw < queries; draw++) {
            const query = Math.floor(random() * queries);
            drawn[query] = (drawn[query] as number) + 1;
          }
          return mean(weights, drawn, true);
        },
        random,
        {resamples: RESAMPLES},
      );
      const n = rounds.reduce(
        (sum, {a, b}) =>
          sum + [...a, ...b].reduce((own, {asked}) => own + asked.reduce((x, y) => x + y, 0), 0),
        0,
      );
      const enough = rounds.length >= UNITS_MIN && interval !== null;
      return {
        value: mean(new Uint32Array(rounds.length).fill(1), ones, false),
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        n,
        units: rounds.length,
        enough,
        needs: enough ? null : lack(UNITS_MIN, rounds.length, of),
        method: METHOD,
      };
    },
    sql: (rows) => `WITH source AS (
  SELECT CAST(value AS DOUBLE) AS value, CAST(block AS VARCHAR) AS block, CAST(side AS VARCHAR) AS side,
    CAST(effort AS DOUBLE) AS effort, CAST(found AS DOUBLE) AS found
  FROM (${rows}) AS given WHERE value IS NOT NULL
),
points AS (
  SELECT block, side, effort, avg(found) AS recall, ln(count(*) / sum(value)) AS log_rate, count(*) AS asked
  FROM source GROUP BY block, side, effort
),
above AS (SELECT block, side, min(effort) AS effort FROM points WHERE recall >= ${target}e0 GROUP BY block, side),
below AS (
  SELECT p.block, p.side, max(p.effort) AS effort FROM points p JOIN above a USING (block, side)
  WHERE p.effort < a.effort GROUP BY p.block, p.side
),
rates AS (
  SELECT hi.block, hi.side, CASE WHEN lo.recall IS NULL OR lo.recall >= hi.recall THEN hi.log_rate
    ELSE lo.log_rate + (${target}e0 - lo.recall) / (hi.recall - lo.recall) * (hi.log_rate - lo.log_rate) END AS log_rate
  FROM above JOIN points hi USING (block, side, effort)
  LEFT JOIN below ON below.block = above.block AND below.side = above.side
  LEFT JOIN points lo ON lo.block = below.block AND lo.side = below.side AND lo.effort = below.effort
),
logs AS (
  SELECT block, sum(CASE WHEN side = 'a' THEN log_rate ELSE -log_rate END) AS log_ratio
  FROM rates GROUP BY block HAVING count(*) = 2
)
SELECT exp(avg(log_ratio)) AS value, CAST((SELECT sum(asked) FROM points WHERE block IN (SELECT block FROM logs)) AS BIGINT) AS n
FROM logs HAVING count(*) >= ${ROUNDS_MIN}`,
  };
}
