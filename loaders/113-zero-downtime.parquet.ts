// Experiment 113: can a served population be moved to a new memory, a new API and new releases without anybody noticing?
import {availableParallelism} from "node:os";
import {DIMENSION, passageVectors, queryVectors} from "./datasets/wikispeedia-minilm.ts";
import {maximum, mean, proportion, quantile} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {runInChild} from "./lab/measure/worker.ts";
import {LATE_SHARE_MAX, nothingAsked} from "./lab/void-rules.ts";
import type {BlockInput, BlockOutput} from "./zero-downtime/block.ts";
import {differenceOfQuantiles} from "./zero-downtime/bump.ts";
import type {Finding} from "./zero-downtime/ledger.ts";
import {recordAll} from "./zero-downtime/record.ts";

interface Parameters {
  /** Passages the space holds before anybody asks. */
  episodes: number;
  sessions: number;
  rate_per_s: number;
  /** Requests of a stage in which nothing else happens, and of one with a restart or the consolidation. */
  stage_requests: number;
  restart_requests: number;
  /** Restarts in the middle of each migration, where both ways are served. */
  restarts: number;
}

/** Rule of three: a million requests without a failure bound the rate by about three in a million; the exact two-sided
 *  interval by 3.7. */
const FAILED_SHARE_MAX = 5e-6;
const RESTART_BUMP_MS_MAX = 1_000;
const STEP_BUMP_MS_MAX = 50;

/** A text of the block's configuration; by a pattern, since the reader's DuckDB comes without its JSON extension. */
const configured = (name: string) => `regexp_extract(b.configuration, '"${name}":"([^"]*)"', 1)`;
const STAGE = configured("stage");
const EVENT = configured("event");
const MIGRATION = configured("migration");
const SOURCE = "tasks.md, 113";

/** A count over a whole run, of which nothing was left out. */
const counted = (id: string, label: string, value: string, from: string): Metric => ({
  id,
  label,
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: `SELECT (${value})::DOUBLE AS value, run AS block FROM ${from} GROUP BY run`,
});
const observed = (id: string, label: string, metric: string) =>
  counted(id, label, "sum(value)", `observations WHERE metric = '${metric}'`);
const reconciled = (kind: Finding["kind"], label: string) => observed(kind, label, `found_${kind}`);

const failed = counted(
  "failed",
  "failed requests",
  "sum(failed)",
  `(SELECT run, CASE WHEN status = 'ok' THEN 0 ELSE 1 END AS failed FROM requests
    UNION ALL SELECT run, value AS failed FROM observations WHERE metric = 'beside_failed')`,
);
const failedShare: Metric = {
  id: "failed-share",
  label: "share of the requests that failed",
  unit: "share",
  estimator: proportion({of: "requests"}),
  rows: "SELECT CASE WHEN status = 'ok' THEN 0 ELSE 1 END AS value, unit AS block FROM requests",
};
const lost = reconciled("lost", "acknowledged writes lost");

/** P99 of recall at some stages less P99 in the quiet stage of the same run. */
const bump = (id: string, label: string, where: string): Metric => ({
  id,
  label,
  unit: "ms",
  estimator: differenceOfQuantiles(0.99),
  rows: `SELECT r.latency_ns / 1e6 AS value, r.unit AS block, CASE WHEN ${STAGE} = 'quiet' THEN 'b' ELSE 'a' END AS side
    FROM requests r JOIN blocks b USING (run, block)
    WHERE r.operation = 'recall' AND r.status = 'ok' AND (${STAGE} = 'quiet' OR (${where}))`,
});
const restartBump = bump("restart-bump", "rise of recall's P99 over restarts", `${EVENT} = 'restart'`);
const apiBump = bump(
  "api-bump",
  "rise of recall's P99 over the steps from v1 to v2",
  `${MIGRATION} = 'api' AND ${EVENT} = 'none'`,
);
const memoryBump = bump(
  "memory-bump",
  "rise of recall's P99 over the steps to the dual memory",
  `${MIGRATION} = 'memory' AND ${EVENT} = 'none'`,
);

const none = (metric: Metric) => ({metric, comparison: "<=" as const, threshold: 0, source: SOURCE});
const below = (metric: Metric, threshold: number, source = SOURCE) => ({
  metric,
  comparison: "<" as const,
  threshold,
  source,
});

/** Per stage: P99 with its interval by the normal approximation of the ranks, and its rise over the quiet stage with the
 *  two intervals combined as the claims combine theirs. */
const RISES = `
  WITH staged AS (
    SELECT r.run, r.block, ${STAGE} AS stage, r.latency_ns / 1e6 AS ms FROM requests r JOIN blocks b USING (run, block)
    WHERE r.operation = 'recall' AND r.status = 'ok'
  ),
  ranked AS (
    SELECT min(block) OVER (PARTITION BY stage) AS place, stage, ms,
      row_number() OVER (PARTITION BY stage ORDER BY ms) AS rank, count(*) OVER (PARTITION BY stage) AS n
    FROM staged
  ),
  wanted AS (
    SELECT DISTINCT place, stage, n, CAST(ceil(n * 0.99e0 - 1e-9) AS BIGINT) AS at,
      CAST(floor(n * 0.99e0 - 1.96e0 * sqrt(n * 0.0099e0)) AS BIGINT) AS low,
      least(n, CAST(ceil(n * 0.99e0 + 1.96e0 * sqrt(n * 0.0099e0)) AS BIGINT) + 1) AS high
    FROM ranked WHERE n >= 299
  ),
  p99 AS (
    SELECT w.place, w.stage, w.n, max(CASE WHEN r.rank = w.at THEN ms END) AS p99_ms,
      max(CASE WHEN r.rank = w.low THEN ms END) AS low_ms, max(CASE WHEN r.rank = w.high THEN ms END) AS high_ms
    FROM wanted w JOIN ranked r USING (stage) GROUP BY w.place, w.stage, w.n
  )
  SELECT p.stage, p.p99_ms, p.low_ms, p.high_ms, p.p99_ms - q.p99_ms AS rise_ms,
    p.p99_ms - q.p99_ms - sqrt(power(p.p99_ms - p.low_ms, 2) + power(q.high_ms - q.p99_ms, 2)) AS rise_low_ms,
    p.p99_ms - q.p99_ms + sqrt(power(p.high_ms - p.p99_ms, 2) + power(q.p99_ms - q.low_ms, 2)) AS rise_high_ms, p.n
  FROM p99 p, (SELECT * FROM p99 WHERE stage = 'quiet') q ORDER BY p.place`;

export default experiment<Parameters>({
  id: "113",
  slug: "zero-downtime",
  title: "Zero-downtime migration",
  asks: "Can people be moved to another memory, another API and another release while they ask, without one of them noticing?",
  hypothesis:
    "From episodic to dual memory and from API v1 to v2, by shadow, 1, 10, 50 and 100 %, back to 0 % and again to 100 %, with releases rolled out behind the same port meanwhile: no request fails, no acknowledged write is lost or done twice, no session flips, and P99 rises by less than a second over restarts and 50 ms over steps.",
  source: import.meta.url,
  sources: ["loaders/zero-downtime", "native/server"],
  datasets: ["wikispeedia-minilm"],
  systems: [],
  profiles: {
    quick: {
      ...{episodes: 4_000, sessions: 1_000, rate_per_s: 400},
      ...{stage_requests: 360, restart_requests: 900, restarts: 1},
    },
    standard: {
      ...{episodes: 10_000, sessions: 5_000, rate_per_s: 1_000},
      ...{stage_requests: 50_000, restart_requests: 12_000, restarts: 10},
    },
    full: {
      ...{episodes: 50_000, sessions: 20_000, rate_per_s: 1_000},
      ...{stage_requests: 200_000, restart_requests: 20_000, restarts: 50},
    },
  },
  floors: [
    none(failed),
    below(failedShare, FAILED_SHARE_MAX, "issue 6: the rate that 10⁶ requests bound"),
    none(lost),
    none(reconciled("effect", "writes not done exactly once")),
    none(reconciled("flip", "sessions that flipped between two ways")),
    none(reconciled("unread", "sessions that did not find what they had written")),
    below(restartBump, RESTART_BUMP_MS_MAX),
    below(apiBump, STEP_BUMP_MS_MAX),
    below(memoryBump, STEP_BUMP_MS_MAX),
    none(observed("unfound", "planted faults that were not found", "unfound")),
  ],
  metrics: [
    counted("requests", "requests in all", "count(*)", "requests"),
    observed("beside", "requests beside the schedule: shadows and repetitions", "beside"),
    observed("writes", "stores acknowledged", "writes"),
    observed("repeated", "writes sent again under the same key", "repeated"),
    observed("read-back", "sessions' looks at what they had written", "read_back"),
    counted(
      "restarts",
      "releases rolled out under load",
      "count(*)",
      "observations WHERE metric = 'restart'",
    ),
    {
      id: "take-over",
      label: "from the signal until the next release serves",
      unit: "s",
      estimator: mean({of: "restarts"}),
      rows: "SELECT value, run || '/' || block AS block FROM observations WHERE metric = 'restart'",
    },
    {
      id: "quiet-p99",
      label: "P99 of recall in the quiet stage",
      unit: "ms",
      estimator: quantile(0.99),
      rows: `SELECT r.latency_ns / 1e6 AS value, r.unit AS block FROM requests r JOIN blocks b USING (run, block)
        WHERE r.operation = 'recall' AND r.status = 'ok' AND ${STAGE} = 'quiet'`,
    },
  ],
  answers: [
    {
      id: "failed",
      metric: failed,
      says: (value) => `Requests that failed while people were moved and releases rolled out: ${value}.`,
    },
    {id: "lost", metric: lost, says: (value) => `Acknowledged writes that were lost on the way: ${value}.`},
    {
      id: "restart",
      metric: restartBump,
      says: (value) => `Over a restart, P99 of recall is higher than in quiet by ${value}.`,
    },
  ],
  tables: [
    {
      id: "rises",
      caption: "P99 of recall by stage, from the moment a request was due, and its rise over the quiet stage",
      sql: RISES,
      units: {
        ...{p99_ms: "ms", low_ms: "ms", high_ms: "ms"},
        ...{rise_ms: "ms", rise_low_ms: "ms", rise_high_ms: "ms"},
      },
    },
    {
      id: "stages",
      caption: "Who was served how, stage by stage",
      sql: `WITH failures AS (
          SELECT run, block, count(*) FILTER (WHERE status <> 'ok') AS failed FROM requests GROUP BY run, block
        ),
        served AS (
          SELECT run, block, sum(value) FILTER (WHERE metric = 'sessions_old') AS old,
            sum(value) FILTER (WHERE metric = 'sessions_new') AS new
          FROM observations WHERE metric IN ('sessions_old', 'sessions_new') GROUP BY run, block
        )
        SELECT ${STAGE} AS stage, sum(b.requests)::INTEGER AS requests, sum(f.failed)::INTEGER AS failed,
          sum(s.old)::INTEGER AS sessions_old, sum(s.new)::INTEGER AS sessions_new
        FROM blocks b JOIN failures f USING (run, block) JOIN served s USING (run, block)
        GROUP BY 1 ORDER BY min(b.block)`,
      units: {failed: "count", sessions_old: "count", sessions_new: "count"},
    },
    {
      id: "restarts",
      caption: "Releases rolled out, and how long from the signal until they served",
      sql: `SELECT ${STAGE} AS stage, o.label AS release, o.value AS seconds
        FROM observations o JOIN blocks b USING (run, block) WHERE o.metric = 'restart' ORDER BY o.run, o.block`,
      units: {seconds: "s"},
    },
    {
      id: "shadow",
      caption: "In the shadow: how much of the old ten the new ten hold",
      sql: `SELECT ${STAGE} AS stage, count(*) AS questions, avg(o.value) AS agreement, min(o.value) AS least
        FROM observations o JOIN blocks b USING (run, block) WHERE o.metric = 'agreement' GROUP BY 1 ORDER BY min(o.block)`,
      units: {questions: "count", agreement: "share", least: "share"},
    },
    {
      id: "planted",
      caption: "Faults planted in a ledger: whether they were found, as they must be",
      sql: `SELECT label AS fault, CASE WHEN max(value) = 0 THEN 'found' ELSE 'missed' END AS outcome
        FROM observations WHERE metric = 'unfound' AND label <> 'nothing wrong' GROUP BY label ORDER BY label`,
      units: {},
    },
    {
      id: "troubles",
      caption: "What did not reconcile",
      sql: `SELECT DISTINCT metric AS kind, label AS about FROM observations WHERE metric = 'trouble' ORDER BY ALL LIMIT 50`,
      units: {},
    },
  ],
  voidIf: [
    nothingAsked,
    {
      id: "late-driver",
      says: `more than ${LATE_SHARE_MAX * 100} % of the requests started late`,
      violations: `SELECT 'run ' || run || ': ' || sum(late_starts) || ' of ' || sum(requests) || ' late' AS reason
        FROM blocks WHERE schedule = 'poisson' GROUP BY run HAVING sum(late_starts) > ${LATE_SHARE_MAX} * sum(requests)`,
    },
    {
      id: "all-rolled",
      says: "not every release was rolled out",
      violations: `SELECT 'run ' || b.run || ': ' || count(o.value) || ' of ' || count(*) AS reason
        FROM blocks b LEFT JOIN observations o ON o.run = b.run AND o.block = b.block AND o.metric = 'restart'
        WHERE ${EVENT} = 'restart' GROUP BY b.run HAVING count(o.value) < count(*)`,
    },
    {
      id: "consolidated",
      says: "there was no dual memory to move to",
      violations: `SELECT 'run ' || run || ' formed no concept before the first session was moved' AS reason FROM runs
        WHERE run NOT IN (SELECT run FROM observations WHERE metric = 'concepts_formed' AND value > 0)`,
    },
    {
      id: "written",
      says: "nothing was written that could be lost, or nothing sent twice",
      violations: `SELECT 'run ' || run || ': no ' || metric AS reason FROM observations
        WHERE metric IN ('writes', 'repeated', 'read_back') GROUP BY run, metric HAVING sum(value) = 0`,
    },
  ],
  stops:
    "After the declared number of requests of every stage; all stages follow each other in one open loop without a pause.",
  excludes:
    "No stage and no request is excluded. Shadows and repetitions are beside the schedule: they have no latency of their own here, but where they fail, they count as failed.",
  threats: [
    "The releases differ in their version only: that they read each other's log is not shown by this.",
    "The client has at most 128 connections; what waits for one counts as latency. Without a bound, a busy server refuses (429) what would wait there for more than a second, and holds at most 1,024 while it restarts.",
    "The client has a core of its own, the server and the starting of the next release share the others, on this host one: a part of the rise over a restart is the starting process's need of it.",
    "The stages follow each other in time and each comes once: a drift of the machine, and the space's growth by what is written, is part of what later stages show.",
    "Nothing that fails is sent again by the client; a real client would, and see even less.",
    "Requests of one process start are not independent; intervals of percentiles treat them so.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, seed}) {
    const set = await dataset("wikispeedia-minilm");
    // The client spins to be on time: what the kernel put beside it would wait for its time slice to end.
    const last = availableParallelism() - 1;
    const input: BlockInput = {
      server_cpus: last === 0 ? "0" : `0-${last - 1}`,
      ...{directory: scratch, dimension: DIMENSION, held: parameters.episodes, seed},
      ...{passages: passageVectors(set), queries: queryVectors(set, "unseen")},
      ...{sessions: parameters.sessions, rate_per_s: parameters.rate_per_s, restarts: parameters.restarts},
      ...{stage_requests: parameters.stage_requests, restart_requests: parameters.restart_requests},
    };
    const output = await runInChild<BlockOutput>(
      new URL("./zero-downtime/block.ts", import.meta.url).href,
      input,
      {
        signal,
        cpus: String(last),
        report: (value) => {
          const {done, doing} = value as {done: number; doing: string};
          progress(Math.round(done * 1_000), 1_000, doing);
        },
      },
    );
    recordAll(output, record, parameters.rate_per_s);
  },
});
