// Experiment 006: how long the slowest requests take, and why.
import {mkdirSync} from "node:fs";
import {DIMENSION, passageVectors, queryVectors} from "./datasets/wikispeedia-minilm.ts";
import {maximum, proportion, quantile} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {runInChild} from "./lab/measure/worker.ts";
import {errorsAbove, holdsAtLeast, lateDriver, nothingAsked, unsustained} from "./lab/void-rules.ts";
import type {BlockInput, BlockOutput} from "./latency-tail/block.ts";
import {slowRequestsSql} from "./latency-tail/causes.ts";

interface Parameters {
  passages: number;
  rate_per_s: number;
  requests_per_block: number;
  blocks: number;
}

const latencies = (operation: string) =>
  `SELECT latency_ns / 1e6 AS value, unit AS block FROM requests WHERE operation = '${operation}' AND status = 'ok'`;

const percentile = (operation: string, q: number): Metric => ({
  id: `${operation}-p${String(q * 100).replace(".", "-")}`,
  label: `P${Number((q * 100).toFixed(4))} of ${operation === "store" ? "durable store" : operation}`,
  unit: "ms",
  estimator: quantile(q),
  rows: latencies(operation),
});

const recall999 = percentile("recall", 0.999);
const store999 = percentile("store", 0.999);
const slowest: Metric = {
  id: "slowest",
  label: "slowest request of all",
  unit: "ms",
  estimator: maximum(),
  rows: "SELECT latency_ns / 1e6 AS value, unit AS block FROM requests WHERE status = 'ok'",
};
const explained: Metric = {
  id: "explained",
  label: "slow requests with a cause in the diary",
  unit: "share",
  estimator: proportion({of: "slow requests"}),
  rows: `SELECT CASE WHEN cause = 'unexplained' THEN 0 ELSE 1 END AS value FROM (${slowRequestsSql(0.999)})`,
};

const OPERATIONS = ["recall", "store"];
const below = (metric: Metric, threshold: number) => ({
  metric,
  comparison: "<" as const,
  threshold,
  source: "tasks.md, 006",
});

/** Percentiles with their order-statistic interval by the normal approximation of the ranks, only as deep as
 *  the sample carries; the claims above have the exact interval. */
const PERCENTILES = `
  WITH q(quantile) AS (VALUES (0.5), (0.9), (0.99), (0.999), (0.9999)),
  ranked AS (
    SELECT operation, latency_ns / 1e6 AS latency_ms,
      row_number() OVER (PARTITION BY operation ORDER BY latency_ns) AS rank,
      count(*) OVER (PARTITION BY operation) AS n
    FROM requests WHERE status = 'ok'
  ),
  wanted AS (
    SELECT DISTINCT operation, n, CAST(quantile AS DOUBLE) AS quantile,
      greatest(1, CAST(ceil(n * CAST(quantile AS DOUBLE) - 1e-9) AS BIGINT)) AS at,
      greatest(1, CAST(floor(n * CAST(quantile AS DOUBLE) - 1.96 * sqrt(n * CAST(quantile AS DOUBLE) * (1 - CAST(quantile AS DOUBLE)))) AS BIGINT)) AS low,
      CAST(ceil(n * CAST(quantile AS DOUBLE) + 1.96 * sqrt(n * CAST(quantile AS DOUBLE) * (1 - CAST(quantile AS DOUBLE)))) AS BIGINT) + 1 AS high
    FROM ranked, q
    WHERE n >= ln(0.05) / ln(CAST(quantile AS DOUBLE))
  )
  SELECT w.operation, w.quantile, max(CASE WHEN r.rank = w.at THEN r.latency_ms END) AS latency_ms,
    max(CASE WHEN r.rank = w.low THEN r.latency_ms END) AS low_ms,
    max(CASE WHEN r.rank = least(w.high, w.n) THEN r.latency_ms END) AS high_ms, w.n
  FROM wanted w JOIN ranked r USING (operation)
  GROUP BY w.operation, w.quantile, w.n ORDER BY w.operation, w.quantile`;

export default experiment<Parameters>({
  id: "006",
  slug: "latency-tail",
  title: "Latency tail",
  asks: "How long do the slowest requests take, and why?",
  hypothesis:
    "Under an open load of recalls and durable stores, P99.9 stays below 50 ms, P99.99 below 200 ms, no request takes a second, and four in five slow requests have a known cause.",
  source: import.meta.url,
  datasets: ["wikispeedia-minilm"],
  systems: [],
  profiles: {
    quick: {passages: 100_000, rate_per_s: 600, requests_per_block: 12_000, blocks: 1},
    standard: {passages: 100_000, rate_per_s: 400, requests_per_block: 62_000, blocks: 3},
    full: {passages: 100_000, rate_per_s: 1_000, requests_per_block: 3_600_000, blocks: 1},
  },
  floors: [
    below(recall999, 50),
    below(store999, 50),
    below(percentile("recall", 0.9999), 200),
    below(percentile("store", 0.9999), 200),
    below(slowest, 1_000),
    {metric: explained, comparison: ">", threshold: 0.8, source: "tasks.md, 006"},
  ],
  metrics: [
    ...OPERATIONS.flatMap((operation) => [0.5, 0.99].map((q) => percentile(operation, q))),
    {
      id: "disk-p99",
      label: "P99 of the disk's own fdatasync",
      unit: "ms",
      estimator: quantile(0.99),
      rows: "SELECT value / 1e6 AS value, unit AS block FROM observations WHERE metric = 'disk_fdatasync'",
    },
  ],
  answers: [
    {
      id: "recall",
      metric: recall999,
      says: (value) => `Of a thousand recalls over 100,000 real passages, 999 are answered within ${value}.`,
    },
    {
      id: "store",
      metric: store999,
      says: (value) => `Of a thousand durable stores, 999 are on disk and searchable within ${value}.`,
    },
  ],
  tables: [
    {
      id: "percentiles",
      caption: "Latency by percentile, from the moment a request was due",
      sql: PERCENTILES,
      units: {latency_ms: "ms", low_ms: "ms", high_ms: "ms"},
    },
    {
      id: "causes",
      caption: "Causes of the requests above P99.9",
      sql: `SELECT operation, cause, count(*) AS requests, max(latency_ns) / 1e6 AS slowest_ms
        FROM (${slowRequestsSql(0.999)}) GROUP BY operation, cause ORDER BY requests DESC, operation, cause`,
      units: {slowest_ms: "ms"},
    },
    {
      id: "load",
      caption: "The load of each block: offered, achieved, late, backlog",
      sql: `SELECT b.run, b.block, b.offered_per_s, b.achieved_per_s, b.requests, b.late_starts, b.backlog_max,
          (SELECT value FROM observations o WHERE o.run = b.run AND o.block = b.block AND metric = 'recall_at_10') AS recall_at_10,
          (SELECT value FROM observations o WHERE o.run = b.run AND o.block = b.block AND metric = 'load') AS load_s
        FROM blocks b ORDER BY b.run, b.block`,
      units: {offered_per_s: "1/s", achieved_per_s: "1/s", load_s: "s"},
    },
  ],
  voidIf: [holdsAtLeast("episodes", "passages"), lateDriver, unsustained, errorsAbove(0.01), nothingAsked],
  stops: "After the declared number of requests per block.",
  excludes: "No block is excluded; failed requests keep their latency in a class of their own.",
  threats: [
    "The driver runs in the same process as the engine, on two cores: it spins on one of them.",
    "The host is a virtual machine: the hypervisor may take time from it, which is recorded as steal.",
    "Requests of one process start are not independent; intervals of percentiles treat them so.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, seed}) {
    const set = await dataset("wikispeedia-minilm");
    const passages = passageVectors(set, parameters.passages);
    const queries = queryVectors(set, "unseen");
    for (let block = 0; block < parameters.blocks; block++) {
      const recorder = record.block({
        subject: "engram",
        subject_version: "0.1.0",
        configuration: {durability: "group", k: 10, mode: "approximate"},
        position: 0,
        round: block,
        temperature: "warm",
        schedule: "poisson",
        offered_per_s: parameters.rate_per_s,
      });
      const directory = `${scratch}/block-${block}`;
      mkdirSync(directory);
      const input: BlockInput = {
        directory,
        dimension: DIMENSION,
        passages,
        queries,
        rate_per_s: parameters.rate_per_s,
        requests: parameters.requests_per_block,
        seed: seed + block,
      };
      const output = await runInChild<BlockOutput>(
        new URL("./latency-tail/block.ts", import.meta.url).href,
        input,
        {
          signal,
          report: (value) => {
            const {done, doing} = value as {done: number; doing: string};
            progress(Math.round((block + done) * 1_000), parameters.blocks * 1_000, doing);
          },
        },
      );
      recorder.requests(output.columns);
      for (const value of output.flush_ns) recorder.observe("disk_fdatasync", "ns", value);
      for (const {name, start_ns, length_ns} of output.events)
        recorder.observe(`event:${name}`, "ns", length_ns, {label: String(Math.round(start_ns))});
      for (const [phase, values] of Object.entries(output.phases.phases))
        output.phases.request.forEach((request, at) => {
          recorder.observe(`phase:${phase}`, "ns", values[at] as number, {label: String(request)});
        });
      recorder.observe("load", "s", output.load_seconds, {n: parameters.passages});
      recorder.observe("episodes", "count", output.episodes);
      recorder.observe("recall_at_10", "share", output.recall, {n: 100});
      recorder.end({backlog_max: output.backlog_max, cpu_seconds: output.cpu_seconds});
    }
  },
});
