// Experiment 113: can a live server be moved to dual memory, and restarted, without anybody noticing?
import {mkdirSync} from "node:fs";
import {availableParallelism} from "node:os";
import {DIMENSION, passageVectors, queryVectors} from "./datasets/wikispeedia-minilm.ts";
import {maximum, proportion, quantile, ratioOfQuantiles} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {runInChild} from "./lab/measure/worker.ts";
import {lateDriver, nothingAsked} from "./lab/void-rules.ts";
import type {Input, Output} from "./zero-downtime-migration/block.ts";

interface Parameters {
  /** Passages that are there before the load. */
  base: number;
  sessions: number;
  rate_per_s: number;
  stage_seconds: number;
  restarts: number;
  restart_seconds: number;
}

const BEFORE = "before";
const RESTART = "subject LIKE 'restart %'";
const SOURCE = "tasks.md, 113";

/** The worst run's count of what must not be. */
const none = (id: string, label: string) => ({
  metric: {
    id,
    label,
    unit: "count",
    estimator: maximum({of: "runs"}),
    rows: `SELECT value, run AS block FROM observations WHERE metric = '${id}'`,
  },
  comparison: "<=" as const,
  threshold: 0,
  source: SOURCE,
});

const answered: Metric = {
  id: "answered",
  label: "share of requests answered, all stages and restarts",
  unit: "share",
  estimator: proportion({of: "requests"}),
  rows: "SELECT CASE WHEN status = 'ok' THEN 1 ELSE 0 END AS value FROM requests",
};
const failed: Metric = {
  id: "failed",
  label: "requests that failed, all stages and restarts",
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: "SELECT count(*) FILTER (WHERE status <> 'ok')::DOUBLE AS value, run AS block FROM requests GROUP BY run",
};
const bump = (id: string, label: string, where: string, q = 0.99): Metric => ({
  id: `bump-${id}-p${q * 100}`,
  label: `P${q * 100} ${label} over P${q * 100} before`,
  unit: "×",
  estimator: ratioOfQuantiles(q),
  rows: `SELECT latency_ns::DOUBLE AS value, CASE WHEN subject = '${BEFORE}' THEN 'b' ELSE 'a' END AS side FROM requests
    WHERE status = 'ok' AND (subject = '${BEFORE}' OR ${where})`,
});
const duringRestarts: Metric = {
  id: "restart-p99",
  label: "P99 of all requests while the server is restarted",
  unit: "ms",
  estimator: quantile(0.99),
  rows: `SELECT latency_ns / 1e6 AS value FROM requests WHERE status = 'ok' AND ${RESTART}`,
};
const lost = none("lost", "acknowledged writes that are not there");

export default experiment<Parameters>({
  id: "113",
  slug: "zero-downtime-migration",
  title: "Zero-downtime migration",
  asks: "Can a live server be moved from episodic memory to dual memory, back, and be restarted, without a request that fails?",
  hypothesis:
    "Under an open load, sessions are moved in stages from recall by cosine (/v1) to recall from both memories (/v2), back and forth again, and the server is restarted behind its port: no request fails, no acknowledged write is lost or done twice, no session goes back and forth.",
  source: import.meta.url,
  sources: ["native/server"],
  datasets: ["wikispeedia-minilm"],
  systems: ["engram"],
  profiles: {
    quick: {base: 5_000, sessions: 500, rate_per_s: 300, stage_seconds: 1, restarts: 2, restart_seconds: 4},
    standard: {
      base: 20_000,
      sessions: 5_000,
      rate_per_s: 900,
      stage_seconds: 45,
      restarts: 20,
      restart_seconds: 38,
    },
    full: {
      base: 20_000,
      sessions: 5_000,
      rate_per_s: 600,
      stage_seconds: 300,
      restarts: 60,
      restart_seconds: 60,
    },
  },
  floors: [
    {metric: failed, comparison: "<=", threshold: 0, source: SOURCE},
    // 10⁶ requests without a failure support so much (Clopper & Pearson).
    {metric: answered, comparison: ">=", threshold: 0.999996, source: "issue 6: 10⁶ requests"},
    lost,
    none("extra", "writes that are there twice, or though they were answered with an error"),
    none("unlike", "writes sent again under their key that were answered otherwise"),
    none("flipped", "sessions that went back and forth"),
    none("unread", "reads of a session's own last write that did not find it"),
  ],
  metrics: [
    duringRestarts,
    bump("forming", "while concepts are formed", "subject = 'forming concepts'"),
    bump("shadow", "in the shadow stage", "subject = 'shadow'"),
    bump("half", "with half of the sessions moved", "subject = '50 %'"),
    bump("all", "with all sessions moved", "subject IN ('100 %', '100 % again')"),
    bump("restart", "while the server is restarted", RESTART),
    bump("restart", "while the server is restarted", RESTART, 0.5),
  ],
  answers: [
    {
      id: "failed",
      metric: failed,
      says: (value) =>
        `Requests that failed while a live server was moved to dual memory in stages and restarted behind its port: ${value}.`,
    },
    {
      id: "restart",
      metric: duringRestarts,
      says: (value) =>
        `While the server is restarted behind its port, 99 of a hundred requests are answered within ${value}.`,
    },
  ],
  tables: [
    {
      id: "stages",
      caption: "Each stage: requests, failures, latency; sessions moved; shadow answers compared",
      sql: `SELECT b.round + 1 AS step, b.subject AS stage, count(*) AS requests,
          count(*) FILTER (WHERE r.status <> 'ok') AS failed,
          quantile_disc(r.latency_ns, 0.5) / 1e6 AS p50_ms, quantile_disc(r.latency_ns, 0.99) / 1e6 AS p99_ms,
          max(r.latency_ns) / 1e6 AS slowest_ms,
          max(o.moved) AS moved, max(o.overlap) AS overlap
        FROM requests r JOIN blocks b USING (run, block)
        LEFT JOIN (SELECT run, block, max(CASE WHEN metric = 'moved' THEN value END) AS moved,
            max(CASE WHEN metric = 'overlap' THEN value END) AS overlap FROM observations GROUP BY run, block) o USING (run, block)
        GROUP BY b.round, b.subject ORDER BY b.round`,
      units: {
        step: "count",
        requests: "count",
        failed: "count",
        p50_ms: "ms",
        p99_ms: "ms",
        slowest_ms: "ms",
        moved: "share",
        overlap: "share",
      },
    },
    {
      id: "percentiles",
      caption: "Latency by percentile, from the moment a request was due",
      sql: `WITH q(quantile) AS (VALUES (0.5), (0.9), (0.99), (0.999)),
        given AS (
          SELECT CASE WHEN ${RESTART} THEN 'restarting' WHEN subject LIKE '100 %' THEN 'moved' ELSE subject END AS operation,
            latency_ns / 1e6 AS ms FROM requests
          WHERE status = 'ok' AND (subject IN ('${BEFORE}', '100 %', '100 % again') OR ${RESTART})
        ),
        ranked AS (
          SELECT operation, ms, row_number() OVER (PARTITION BY operation ORDER BY ms) AS rank,
            count(*) OVER (PARTITION BY operation) AS n FROM given
        ),
        wanted AS (
          SELECT DISTINCT operation, n, CAST(quantile AS DOUBLE) AS quantile,
            greatest(1, CAST(ceil(n * CAST(quantile AS DOUBLE) - 1e-9) AS BIGINT)) AS at,
            greatest(1, CAST(floor(n * CAST(quantile AS DOUBLE) - 1.96 * sqrt(n * CAST(quantile AS DOUBLE) * (1 - CAST(quantile AS DOUBLE)))) AS BIGINT)) AS low,
            CAST(ceil(n * CAST(quantile AS DOUBLE) + 1.96 * sqrt(n * CAST(quantile AS DOUBLE) * (1 - CAST(quantile AS DOUBLE)))) AS BIGINT) + 1 AS high
          FROM ranked, q WHERE n >= ln(0.05) / ln(CAST(quantile AS DOUBLE))
        )
        SELECT w.operation, w.quantile, max(CASE WHEN r.rank = w.at THEN r.ms END) AS latency_ms,
          max(CASE WHEN r.rank = w.low THEN r.ms END) AS low_ms,
          max(CASE WHEN r.rank = least(w.high, w.n) THEN r.ms END) AS high_ms, w.n
        FROM wanted w JOIN ranked r USING (operation)
        GROUP BY w.operation, w.quantile, w.n ORDER BY w.operation, w.quantile`,
      units: {latency_ms: "ms", low_ms: "ms", high_ms: "ms"},
    },
    {
      id: "ledger",
      caption: "What the client's ledger counted",
      sql: `SELECT metric AS counted, sum(value)::BIGINT AS n FROM observations
        WHERE metric IN ('acknowledged', 'lost', 'extra', 'replays', 'unlike', 'reads', 'unread', 'flipped', 'servers')
        GROUP BY metric ORDER BY metric`,
      units: {n: "count"},
    },
  ],
  voidIf: [
    lateDriver,
    nothingAsked,
    {
      id: "restarted",
      says: "the server was not restarted as often as declared, or no concept was there to move to",
      violations: `
        SELECT 'run ' || r.run || ': ' || coalesce(o.servers, 0) || ' servers, ' || coalesce(o.concepts, 0) || ' concepts' AS reason
        FROM runs r LEFT JOIN (SELECT run, max(CASE WHEN metric = 'servers' THEN value END)::BIGINT AS servers,
            max(CASE WHEN metric = 'concepts' THEN value END)::BIGINT AS concepts FROM observations GROUP BY run) o USING (run)
        WHERE coalesce(o.servers, 0) <= CAST(json_extract_string(r.parameters, '$.restarts') AS INTEGER)
          OR coalesce(o.concepts, 0) = 0`,
    },
  ],
  stops: "After the declared seconds of each stage.",
  excludes: "Nothing. A request that fails is never sent again: it counts as failed.",
  threats: [
    "The next server is the same build as the one before: what a new version may do to an old log is experiment 114's question.",
    "Who goes which way is decided by the client that measures, as a gateway would; the server knows nothing of stages.",
    "Client and server share one machine; a network between them fails in more ways.",
    "Requests of one process start are not independent; intervals of percentiles treat them so.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, seed}) {
    const set = await dataset("wikispeedia-minilm");
    const directory = `${scratch}/engine`;
    mkdirSync(directory);
    const last = availableParallelism() - 1;
    const input: Input = {
      ...parameters,
      directory,
      dimension: DIMENSION,
      passages: passageVectors(set),
      queries: queryVectors(set, "unseen"),
      seed,
      server_cpus: last === 0 ? "0" : `0-${last - 1}`,
    };
    const output = await runInChild<Output>(
      new URL("./zero-downtime-migration/block.ts", import.meta.url).href,
      input,
      {
        signal,
        cpus: String(last),
        report: (value) => {
          const {done, doing} = value as {done: number; doing: string};
          progress(Math.round(1_000 * done), 1_000, doing);
        },
      },
    );
    const {stages, backlog_max, ...counted} = output;
    for (const [round, {name, columns, moved, compared, overlap}] of stages.entries()) {
      const recorder = record.block({
        subject: name,
        subject_version: "0.1.0",
        configuration: {durability: "group", k: 10},
        position: 0,
        round,
        temperature: "warm",
        schedule: "poisson",
        offered_per_s: parameters.rate_per_s,
      });
      recorder.requests(columns);
      recorder.observe("moved", "share", moved);
      if (compared > 0) recorder.observe("overlap", "share", overlap, {n: compared});
      if (round === stages.length - 1)
        for (const [metric, value] of Object.entries(counted)) recorder.observe(metric, "count", value);
      recorder.end({backlog_max});
    }
  },
});
