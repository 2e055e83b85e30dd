// Comparisons of two sides that ran in the same rounds: ratios and a difference, drawn round by round.
import {median} from "simple-statistics";
import type {Estimator, Row} from "../estimate.ts";
import {UNITS_MIN} from "../statistics/bootstrap.ts";
import {finite, lack, nothing} from "./input.ts";
import {dot, overUnits, sums, type Units, unitsOf} from "./units.ts";

const METHOD = "percentile bootstrap over rounds, tails widened for few (Efron 1979; Hesterberg 2015)";

/** Rows of the rounds that have both sides, with one unit per round. Throws on a row without side or block. */
function rounds(rows: readonly Row[], name: string): {rows: Row[]; units: Units} {
  const sides = new Map<string, Set<string>>();
  rows.forEach(({block, side}, index) => {
    if ((side !== "a" && side !== "b") || typeof block !== "string")
      throw new TypeError(
        `${name}: row ${index} has side ${side}, block ${block}; select side ('a' | 'b') and the round both share as block`,
      );
    sides.set(block, (sides.get(block) ?? new Set()).add(side));
  });
  const kept = rows.filter(({block}) => sides.get(block ?? "")?.size === 2);
  return {rows: kept, units: unitsOf(kept)};
}

const paired = (rows: string) => `WITH source AS (
  SELECT CAST(value AS DOUBLE) AS value, CAST(block AS VARCHAR) AS block, CAST(side AS VARCHAR) AS side
  FROM (${rows}) AS given WHERE value IS NOT NULL
),
both_sides AS (SELECT block FROM source GROUP BY block HAVING count(DISTINCT side) = 2),
input AS (SELECT value, block, side FROM source WHERE block IN (SELECT block FROM both_sides))`;

function comparison(
  name: string,
  select: string,
  prepare: (values: Float64Array, units: Units, rows: readonly Row[]) => (drawn: Uint32Array) => number,
  of: string,
): Estimator {
  return {
    name,
    estimate(all, random) {
      finite(all, name);
      const {rows, units} = rounds(all, name);
      const method = `${name.replace("()", "")} a : b, ${METHOD}`;
      if (rows.length === 0) return nothing(lack(UNITS_MIN, 0, `${of} with both sides`), method);
      const values = Float64Array.from(rows, ({value}) => value);
      const about = {n: values.length, units: units.count, of, method};
      return overUnits(prepare(values, units, rows), about, random);
    },
    sql: (rows) => `${paired(rows)}\n${select}`,
  };
}

function sidesOf(values: Float64Array, units: Units, rows: readonly Row[]) {
  return {
    a: sums(values, units, (index) => rows[index]?.side === "a"),
    b: sums(values, units, (index) => rows[index]?.side === "b"),
  };
}

const MEAN_OF = (side: "a" | "b") =>
  `sum(CASE WHEN side = '${side}' THEN value ELSE 0 END) / sum(CASE WHEN side = '${side}' THEN 1e0 ELSE 0e0 END)`;

/** Mean of side a over mean of side b, resampled by round (`block` is the round both sides ran in, or the
 *  user, query, … both answered). Also the ratio of throughputs. Rounds without both sides are left out. */
export function ratioOfMeans({of = "rounds"} = {}): Estimator {
  return comparison(
    "ratioOfMeans()",
    `SELECT (${MEAN_OF("a")}) / (${MEAN_OF("b")}) AS value, count(*) AS n FROM input HAVING count(*) > 0`,
    (values, units, rows) => {
      const {a, b} = sidesOf(values, units, rows);
      return (drawn) => dot(drawn, a.total) / dot(drawn, a.size) / (dot(drawn, b.total) / dot(drawn, b.size));
    },
    of,
  );
}

/** Mean of side a less mean of side b, resampled by round as in ratioOfMeans. */
export function differenceOfMeans({of = "rounds"} = {}): Estimator {
  return comparison(
    "differenceOfMeans()",
    `SELECT (${MEAN_OF("a")}) - (${MEAN_OF("b")}) AS value, count(*) AS n FROM input HAVING count(*) > 0`,
    (values, units, rows) => {
      const {a, b} = sidesOf(values, units, rows);
      return (drawn) => dot(drawn, a.total) / dot(drawn, a.size) - dot(drawn, b.total) / dot(drawn, b.size);
    },
    of,
  );
}

/** Geometric mean over rounds of (median of a / median of b): drift that both sides of a round share cancels.
 *  Values must be above 0. Rounds without both sides are left out. */
export function ratioOfMedians({of = "rounds"} = {}): Estimator {
  return comparison(
    "ratioOfMedians()",
    `, sides AS (SELECT block, side, median(value) AS middle FROM input GROUP BY block, side),
logs AS (
  SELECT block, sum(CASE WHEN side = 'a' THEN ln(middle) ELSE -ln(middle) END) AS log_ratio
  FROM sides GROUP BY block
)
SELECT exp(avg(log_ratio)) AS value, CAST((SELECT count(*) FROM input) AS BIGINT) AS n
FROM logs HAVING count(*) > 0`,
    (values, units, rows) => {
      const bad = values.findIndex((value) => value <= 0);
      if (bad >= 0)
        throw new RangeError(
          `ratioOfMedians(): a value of ${values[bad]} has no log ratio; use ratioOfMeans()`,
        );
      const a: number[][] = Array.from({length: units.count}, () => []);
      const b: number[][] = Array.from({length: units.count}, () => []);
      values.forEach((value, index) => {
        (rows[index]?.side === "a" ? a : b)[units.of[index] ?? 0]?.push(value);
      });
      const logs = Float64Array.from(a, (own, unit) => Math.log(median(own) / median(b[unit] ?? [])));
      return (drawn) => {
        const total = drawn.reduce((sum, count) => sum + count, 0);
        return Math.exp(dot(drawn, logs) / total);
      };
    },
    of,
  );
}
