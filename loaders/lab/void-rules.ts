// Reasons not to believe a run, shared by experiments: each looks for violations in the records and names
// them. A run with one violation is void: none of its floors can be met. tasks.md, "Common rules".
import type {VoidRule} from "./experiment.ts";

/** tasks.md: a run with more than 5 % late starts is void. */
export const LATE_SHARE_MAX = 0.05;

/** An observed count (metric) below what the profile asked for: an empty, half loaded or unindexed subject.
 *  `least` is SQL over runs `r` and blocks; parameters are read from the record, so that no profile can be
 *  passed off as another. */
export function holdsAtLeast(metric: string, parameter: string): VoidRule {
  return {
    id: `holds-${metric}`,
    says: `a subject did not hold the ${metric} it was asked about`,
    violations: `
      SELECT b.subject || ', block ' || b.block || ': ' ||
        coalesce(CAST(CAST(o.value AS BIGINT) AS VARCHAR), 'no count') || ' of ' ||
        json_extract_string(r.parameters, '$.${parameter}') AS reason
      FROM blocks b JOIN runs r USING (run)
      LEFT JOIN (SELECT run, block, value FROM observations WHERE metric = '${metric}') o USING (run, block)
      WHERE (b.run, b.block) IN (SELECT (run, block) FROM observations WHERE metric = '${metric}')
        AND o.value < CAST(json_extract_string(r.parameters, '$.${parameter}') AS DOUBLE)
      UNION ALL
      SELECT 'run ' || r.run || ' never counted its ${metric}' AS reason FROM runs r
      WHERE r.run NOT IN (SELECT run FROM observations WHERE metric = '${metric}')`,
  };
}

/** The driver fell behind its schedule. */
export const lateDriver: VoidRule = {
  id: "late-driver",
  says: `more than ${LATE_SHARE_MAX * 100} % of the requests started late`,
  violations: `
    SELECT 'block ' || block || ': ' || late_starts || ' of ' || requests || ' late' AS reason
    FROM blocks WHERE schedule NOT IN ('closed', 'none') AND late_starts > ${LATE_SHARE_MAX} * requests`,
};

/** Requests failed. `share`: how many may, 0…1. */
export function errorsAbove(share: number): VoidRule {
  return {
    id: "errors",
    says: `more than ${share * 100} % of the requests failed`,
    violations: `
      SELECT status || ': ' || count(*) AS reason FROM requests WHERE status <> 'ok'
      GROUP BY status HAVING count(*) > ${share} * (SELECT count(*) FROM requests)`,
  };
}

/** An open loop whose answers came slower than its requests measures the queue, not the subject: Little's law
 *  (1961) has no steady state there. */
export const ACHIEVED_SHARE_MIN = 0.95;
export const unsustained: VoidRule = {
  id: "unsustained",
  says: `less than ${ACHIEVED_SHARE_MIN * 100} % of the offered rate was achieved`,
  violations: `
    SELECT 'block ' || block || ': offered ' || round(offered_per_s, 1) || '/s, achieved ' ||
      round(achieved_per_s, 1) || '/s' AS reason
    FROM blocks WHERE offered_per_s IS NOT NULL AND requests > 0
      AND coalesce(achieved_per_s, 0) < ${ACHIEVED_SHARE_MIN} * offered_per_s`,
};

/** Little's law: requests in flight = rate × mean time in the system. A closed loop of `clients` that has fewer
 *  than nine tenths of them in flight waited for its own client. */
export const BUSY_SHARE_MIN = 0.9;
export function clientBound(clients: number): VoidRule {
  return {
    id: "client-bound",
    says: "the client, not the subject, set the pace",
    violations: `
      SELECT 'block ' || block || ': ' || round(in_flight, 2) || ' of ${clients} in flight' AS reason FROM (
        SELECT block, operation, sum(latency_ns) / (max(end_ns) - min(intended_ns)) AS in_flight
        FROM requests JOIN blocks USING (run, block) WHERE schedule = 'closed'
        GROUP BY run, block, operation)
      WHERE in_flight < ${BUSY_SHARE_MIN} * ${clients}`,
  };
}

/** No requests at all, where there should be some. */
export const nothingAsked: VoidRule = {
  id: "nothing-asked",
  says: "a run made no request",
  violations: `
    SELECT 'run ' || run AS reason FROM runs WHERE run NOT IN (SELECT run FROM requests WHERE status = 'ok')`,
};
