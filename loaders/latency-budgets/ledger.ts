// The error budget: of every promise how many requests may fail it, how many did, and how fast they did. All by SQL
// over the view requests, so that a reader can recompute it.
import type {VoidRule} from "../lab/experiment.ts";
import type {Promised} from "./slo.ts";

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** One row per objective: requests, bad ones, bad ones allowed, the share of the budget spent. */
export function ledgerSql(promises: readonly Promised[]): string {
  return promises
    .map(
      ({says, objective, about, good, target}) => `
    SELECT ${quoted(says)} AS promise, ${quoted(objective)} AS objective, count(*) AS requests,
      count(*) FILTER (WHERE NOT (${good})) AS bad, count(*) * (1 - ${target}) AS allowed,
      count(*) FILTER (WHERE NOT (${good})) / (count(*) * (1 - ${target})) AS spent
    FROM requests WHERE ${about} HAVING count(*) > 0`,
    )
    .join(" UNION ALL ");
}

export interface BurnPolicy {
  severity: "page" | "ticket";
  /** Times the rate that would spend the budget just in its window. */
  burn: number;
  long_s: number;
  short_s: number;
}

const MINUTE_S = 60;
const HOUR_S = 3_600;

/** Multi-window, multi-burn-rate alerts for a budget of 30 days: Beyer et al., The Site Reliability Workbook, 2018,
 *  chapter 5, table 5-8. Both windows must burn. */
export const POLICIES: readonly BurnPolicy[] = [
  {severity: "page", burn: 14.4, long_s: HOUR_S, short_s: 5 * MINUTE_S},
  {severity: "page", burn: 6, long_s: 6 * HOUR_S, short_s: 30 * MINUTE_S},
  {severity: "ticket", burn: 1, long_s: 72 * HOUR_S, short_s: 6 * HOUR_S},
];

/** One row per objective and policy: the seconds of the run in which the alert would have fired, and the highest rate
 *  of its longer window. A window longer than the run so far holds the run so far. */
export function burnSql(promises: readonly Promised[], policies = POLICIES): string {
  return promises
    .flatMap(({says, objective, about, good, target}) =>
      policies.map(
        ({severity, burn, long_s, short_s}) => `
    SELECT ${quoted(says)} AS promise, ${quoted(objective)} AS objective, ${quoted(severity)} AS severity,
      ${burn}::DOUBLE AS burn, count(*) FILTER (WHERE long >= ${burn} AND short >= ${burn}) AS firing_s,
      max(long) AS highest
    FROM (
      SELECT
        sum(bad) OVER (ORDER BY second ROWS BETWEEN ${long_s - 1} PRECEDING AND CURRENT ROW) /
          sum(n) OVER (ORDER BY second ROWS BETWEEN ${long_s - 1} PRECEDING AND CURRENT ROW) / (1 - ${target}) AS long,
        sum(bad) OVER (ORDER BY second ROWS BETWEEN ${short_s - 1} PRECEDING AND CURRENT ROW) /
          sum(n) OVER (ORDER BY second ROWS BETWEEN ${short_s - 1} PRECEDING AND CURRENT ROW) / (1 - ${target}) AS short
      FROM (
        SELECT row_number() OVER (ORDER BY run, block, floor(intended_ns / 1e9)) AS second, count(*) AS n,
          count(*) FILTER (WHERE NOT (${good})) AS bad
        FROM requests WHERE ${about} GROUP BY run, block, floor(intended_ns / 1e9)
      )
    ) HAVING count(*) > 0`,
      ),
    )
    .join(" UNION ALL ");
}

/** What the driver counted as it went, answered and failed, must be what is in the record. */
export const reconciled: VoidRule = {
  id: "reconciled",
  says: "the ledger's requests are not those that the driver counted",
  violations: `
    SELECT 'block ' || b.run || '/' || b.block || ': ' || coalesce(r.n, 0) || ' recorded (' || coalesce(r.bad, 0) ||
        ' failed), ' || o.n || ' counted (' || o.bad || ' failed)' AS reason
    FROM blocks b
    JOIN (SELECT run, block, max(CASE WHEN metric = 'counted' THEN value END)::BIGINT AS n,
        max(CASE WHEN metric = 'counted_failed' THEN value END)::BIGINT AS bad FROM observations
      WHERE metric IN ('counted', 'counted_failed') GROUP BY run, block) o USING (run, block)
    LEFT JOIN (SELECT run, block, count(*) AS n, count(*) FILTER (WHERE status <> 'ok') AS bad FROM requests
      GROUP BY run, block) r USING (run, block)
    WHERE coalesce(r.n, 0) <> o.n OR coalesce(r.bad, 0) <> o.bad
    UNION ALL
    SELECT 'run ' || run || ' never counted its requests' AS reason FROM runs
    WHERE run NOT IN (SELECT run FROM observations WHERE metric = 'counted')`,
};
