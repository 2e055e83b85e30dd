// What a statistic says: a value never travels without its interval, its n and its unit.

/** An estimate with a 95 % interval. `low`/`high` are null only when no interval can be had, and then
 *  `enough` is false: nothing is concluded from it. */
export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
  /** Sample size the value rests on (requests, queries, …). */
  n: number;
  /** Units of inference (blocks) behind the interval; equals n where samples are taken as independent. */
  units: number;
  /** The sample supports the statistic by its rule (e.g. p99 needs 299). */
  enough: boolean;
  /** Plain words when not enough: what is still needed, e.g. `2,995 requests, have 1,200`. */
  needs: string | null;
  /** How value and interval were made, with its source, e.g. `order statistic; binomial (Conover 1999)`. */
  method: string;
}

/** Input of an estimator: one row per value. `block` groups values into units of inference
 *  (`run/block`); `side` tells numerator `a` from denominator `b` in a ratio. */
export interface Row {
  value: number;
  block?: string;
  side?: "a" | "b";
  /** Of a search: its setting, the query's number, and the share of the true neighbours it found, 0…1. */
  effort?: number;
  query?: number;
  found?: number;
}

/** A statistic with two faces that must agree (tested): TypeScript for value and interval, SQL for the
 *  value, which the reader's browser runs over the same rows. */
export interface Estimator {
  /** Stable name for hashes and pages, e.g. `quantile(0.999)`. */
  name: string;
  estimate(rows: readonly Row[], random: () => number): Estimate;
  /** Wraps SQL that yields rows (value, block, side) into SQL that yields one row (value, n). */
  sql(rows: string): string;
}
