// Experiment 110: does the served engine keep its promises, all operations at once, under an open load?
import {mkdirSync} from "node:fs";
import {availableParallelism} from "node:os";
import {fileURLToPath} from "node:url";
import {z} from "zod";
import {findings} from "./client-library/findings.ts";
import {DIMENSION, passageVectors, queryVectors} from "./datasets/wikispeedia-minilm.ts";
import {mean, proportion, quantile, rate, ratioOfMeans, ratioOfQuantiles} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {startWorker} from "./lab/measure/worker.ts";
import {percentilesSql} from "./lab/percentiles.ts";
import {holdsAtLeast, lateDriver, nothingAsked, unsustained} from "./lab/void-rules.ts";
import {
  type BlockInput,
  type BlockOutput,
  type Filled,
  type Filling,
  MIX_PER_S,
  RATES,
  type Subject,
} from "./latency-budgets/block.ts";
import {burnSql, ledgerSql, reconciled} from "./latency-budgets/ledger.ts";
import {PROMISES} from "./latency-budgets/slo.ts";

interface Parameters {
  /** Passages that are there before the load. */
  base: number;
  seconds_per_block: number;
  /** Blocks of 1,000 requests a second, in the order of ORDER: A-B-C-C-B-A. */
  mix_blocks: number;
  /** Requests before the first block, not recorded: until then the server compiles on the core that it serves on. */
  warm_requests: number;
  /** The block of what is asked less often. */
  dual_seconds: number;
  /** Rounds, and seconds in each of a road, of what a core can serve. */
  core_rounds: number;
  core_seconds: number;
}

const BENCH = fileURLToPath(new URL("../native/server/bench/served.ts", import.meta.url));
const Round = z.object({road: z.string(), round: z.number(), answered: z.number(), cpuSeconds: z.number()});
const ROADS = [
  "null, bytes",
  "recall, bytes",
  "recall by Node, bytes",
  "null, JSON",
  "recall, JSON",
  "recall by Node, JSON",
];

const perCore = (road: string): Metric => ({
  id: `core-${road.replace(", ", "-").toLowerCase()}`,
  label: `answers per second of the server's CPU: ${road}`,
  unit: "1/s",
  estimator: mean({of: "rounds"}),
  rows: `SELECT value, run || '/' || block AS block FROM observations WHERE metric = 'per_core' AND label = '${road}'`,
});
const ofNull = (kind: string): Metric => ({
  id: `core-share-${kind.toLowerCase()}`,
  label: `share of the listener's own limit that a recall reaches, ${kind}`,
  unit: "share",
  estimator: ratioOfMeans({of: "rounds"}),
  rows: `SELECT value, run || '/' || block AS block, CASE label WHEN 'recall, ${kind}' THEN 'a' ELSE 'b' END AS side
    FROM observations WHERE metric = 'per_core' AND label IN ('recall, ${kind}', 'null, ${kind}')`,
});

const SOURCE = "tasks.md, global budget";
const MIX = "operation IN ('store', 'recall', 'search')";
const SAID: Record<string, string> = {
  store: "store",
  recall: "blended recall",
  search: "search",
  complete: "completion",
  consolidate: "consolidation",
};

const latency = (id: string, label: string, q: number, where: string): Metric => ({
  id: `${id}-p${q * 100}`,
  label: `P${q * 100} of ${label}`,
  unit: "ms",
  estimator: quantile(q),
  rows: `SELECT latency_ns / 1e6 AS value, unit AS block FROM requests WHERE status = 'ok' AND ${where}`,
});

const mix = (subject: Subject, q: number) =>
  latency(`mix-${subject}`, `the mix, ${subject}`, q, `${MIX} AND subject = '${subject}'`);
const of = (operation: string, subject: Subject, q = 0.99) =>
  latency(
    `${operation}-${subject}`,
    `${SAID[operation]}, ${subject}`,
    q,
    `operation = '${operation}' AND subject = '${subject}'`,
  );

const asyncP99 = mix("async", 0.99);
const overDisk: Metric = {
  id: "durable-store-over-disk-p99",
  label: "P99 of durable stores over P99 of the disk's own fdatasync",
  unit: "×",
  estimator: ratioOfQuantiles(0.99),
  rows: `SELECT latency_ns::DOUBLE AS value, 'a' AS side FROM requests
      WHERE status = 'ok' AND operation = 'store' AND subject = 'durable'
    UNION ALL SELECT value, 'b' FROM observations WHERE metric = 'disk_fdatasync' AND subject = 'durable'`,
};
const overNull = (q: number): Metric => ({
  id: `mix-over-null-p${q * 100}`,
  label: `P${q * 100} of the mix, async, over that of the request that asks for nothing`,
  unit: "×",
  estimator: ratioOfQuantiles(q),
  rows: `SELECT latency_ns::DOUBLE AS value, CASE WHEN subject = 'async' THEN 'a' ELSE 'b' END AS side FROM requests
    WHERE status = 'ok' AND (operation = 'nothing' OR (${MIX} AND subject = 'async'))`,
});
const achieved = (subject: Subject): Metric => ({
  id: `rate-${subject}`,
  label: `requests of the mix answered a second, ${subject}`,
  unit: "1/s",
  estimator: rate({of: "blocks"}),
  // Every answer with the time to the one before it: their sum is the block's length.
  rows: `SELECT (end_ns - lag(end_ns, 1, 0) OVER (PARTITION BY unit ORDER BY end_ns)) / 1e9 AS value, unit AS block
    FROM requests WHERE status = 'ok' AND ${MIX} AND subject = '${subject}'`,
});
const answered = (subject: Subject): Metric => ({
  id: `answered-${subject}`,
  label: `share of the mix that was answered, ${subject}`,
  unit: "share",
  estimator: proportion({of: "requests"}),
  rows: `SELECT CASE WHEN status = 'ok' THEN 1 ELSE 0 END AS value FROM requests WHERE ${MIX} AND subject = '${subject}'`,
});

const ORDER: readonly Subject[] = ["async", "durable", "null", "null", "durable", "async"];

export default experiment<Parameters>({
  id: "110",
  slug: "latency-budgets",
  title: "Latency budgets",
  asks: "Does the served engine keep its promised latencies with all operations going on at once?",
  hypothesis:
    "At 1,000 requests a second over HTTP, half of them stores, with concepts formed beside them, 95 % are answered within 0.458 ms and 99 % within 0.526 ms; durable stores take no more than 1.3 times what the disk itself takes.",
  source: import.meta.url,
  sources: ["loaders/latency-budgets", "native/server"],
  datasets: ["wikispeedia-minilm"],
  systems: ["engram"],
  profiles: {
    quick: {
      base: 10_000,
      seconds_per_block: 3,
      mix_blocks: 6,
      warm_requests: 15_000,
      dual_seconds: 4,
      core_rounds: 6,
      core_seconds: 0.5,
    },
    standard: {
      base: 50_000,
      seconds_per_block: 30,
      mix_blocks: 12,
      warm_requests: 30_000,
      dual_seconds: 80,
      core_rounds: 12,
      core_seconds: 1,
    },
    full: {
      base: 50_000,
      seconds_per_block: 900,
      mix_blocks: 12,
      warm_requests: 30_000,
      dual_seconds: 600,
      core_rounds: 30,
      core_seconds: 2,
    },
  },
  floors: [
    {metric: mix("async", 0.95), comparison: "<=", threshold: 0.458, source: SOURCE},
    {metric: asyncP99, comparison: "<=", threshold: 0.526, source: SOURCE},
    {metric: achieved("async"), comparison: ">=", threshold: 949.9, source: SOURCE},
    {metric: answered("async"), comparison: ">=", threshold: 0.999, source: "tasks.md, 110"},
    {metric: answered("durable"), comparison: ">=", threshold: 0.999, source: "tasks.md, 110"},
    {metric: overDisk, comparison: "<=", threshold: 1.3, source: SOURCE},
    {metric: of("recall", "async"), comparison: "<", threshold: 50, source: SOURCE},
    {metric: of("complete", "dual"), comparison: "<", threshold: 100, source: SOURCE},
    {metric: of("consolidate", "dual"), comparison: "<", threshold: 500, source: SOURCE},
    {metric: perCore("recall, bytes"), comparison: ">=", threshold: 15_000, source: "issue 6"},
    {metric: perCore("recall, JSON"), comparison: ">=", threshold: 10_000, source: "issue 6"},
  ],
  metrics: [
    mix("async", 0.5),
    mix("durable", 0.95),
    mix("durable", 0.99),
    achieved("durable"),
    of("store", "async"),
    of("search", "async"),
    of("store", "durable"),
    of("recall", "durable"),
    ...[0.5, 0.95, 0.99].map((q) =>
      latency("null", "the request that asks for nothing", q, "operation = 'nothing'"),
    ),
    perCore("null, bytes"),
    perCore("null, JSON"),
    ofNull("bytes"),
    ofNull("JSON"),
    overNull(0.5),
    overNull(0.99),
  ],
  answers: [
    {
      id: "mix",
      metric: asyncP99,
      says: (value) =>
        `Of a hundred requests of a mix of stores and recalls over HTTP, 1,000 a second, 99 are answered within ${value}.`,
    },
    {
      id: "durable",
      metric: overDisk,
      says: (value) =>
        `The slowest of a hundred durable stores over HTTP takes the time of the disk's own slowest sync times ${value}.`,
    },
  ],
  tables: [
    {
      id: "percentiles",
      caption: "Latency by percentile, from the moment a request was due",
      sql: percentilesSql(
        `SELECT CASE operation WHEN 'nothing' THEN 'null' ELSE subject || ' mix' END AS operation, latency_ns / 1e6 AS ms
        FROM requests WHERE status = 'ok' AND (operation = 'nothing' OR (${MIX} AND subject <> 'dual'))`,
      ),
      units: {latency_ms: "ms", low_ms: "ms", high_ms: "ms"},
    },
    {
      id: "ledger",
      caption: "The error budget of each promise: bad requests, those allowed, and the share spent",
      sql: ledgerSql(PROMISES),
      units: {requests: "count", bad: "count", allowed: "count", spent: "share"},
    },
    {
      id: "burn",
      caption: "Alerts by burn rate: seconds in which each would have fired",
      sql: burnSql(PROMISES),
      units: {burn: "×", firing_s: "s", highest: "×"},
    },
    {
      id: "operations",
      caption: "Each operation in each part of the run",
      sql: `SELECT subject AS part, operation, count(*) AS requests, count(*) FILTER (WHERE status <> 'ok') AS failed,
          quantile_disc(latency_ns, 0.5) / 1e6 AS p50_ms, quantile_disc(latency_ns, 0.99) / 1e6 AS p99_ms,
          max(latency_ns) / 1e6 AS slowest_ms
        FROM requests GROUP BY ALL ORDER BY part, operation`,
      units: {requests: "count", failed: "count", p50_ms: "ms", p99_ms: "ms", slowest_ms: "ms"},
    },
    {
      id: "core",
      caption: "What one second of the server's CPU answers, beside the request that asks for nothing",
      sql: `SELECT label AS road, avg(value) AS per_core, min(value) AS least, max(value) AS most, count(*) AS rounds
        FROM observations WHERE metric = 'per_core' GROUP BY label ORDER BY per_core DESC, road`,
      units: {per_core: "1/s", least: "1/s", most: "1/s", rounds: "count"},
    },
    {
      id: "load",
      caption: "The load of each block: offered, achieved, late, backlog; the disk beside it",
      sql: `SELECT b.run, b.block, b.subject AS part, b.offered_per_s, b.achieved_per_s, b.requests, b.late_starts, b.backlog_max,
          (SELECT quantile_disc(value, 0.99) / 1e6 FROM observations o WHERE o.run = b.run AND o.block = b.block AND metric = 'disk_fdatasync') AS disk_p99_ms
        FROM blocks b ORDER BY b.run, b.block`,
      units: {offered_per_s: "1/s", achieved_per_s: "1/s", disk_p99_ms: "ms"},
    },
  ],
  voidIf: [holdsAtLeast("episodes", "base"), lateDriver, unsustained, reconciled, nothingAsked],
  stops: "After the declared seconds of each block.",
  excludes:
    "Nothing. Failed requests keep their latency in a class of their own and count against availability.",
  threats: [
    "The client spins on a core of its own so as to be on time; the server has the others, on this host one for all of its threads.",
    "In the longest profile the mix runs for an hour, not for a day: 43 million stores would not fit in the memory of this machine.",
    "Passages that were not there before the load are used again once all were stored: later blocks store copies.",
    "There is no earlier release to compare with yet.",
    "Requests of one process start are not independent; intervals of percentiles treat them so.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, seed}) {
    const {base, seconds_per_block, mix_blocks, warm_requests, dual_seconds, core_rounds, core_seconds} =
      parameters;
    const set = await dataset("wikispeedia-minilm");
    const directory = `${scratch}/engine`;
    mkdirSync(directory);
    const blocks: {subject: Subject; seconds: number}[] = [
      ...Array.from({length: mix_blocks}, (_, at) => ({
        subject: ORDER[at % ORDER.length] as Subject,
        seconds: seconds_per_block,
      })),
      {subject: "dual", seconds: dual_seconds},
    ];
    const whole = blocks.reduce((sum, {seconds}) => sum + seconds, 0);
    // The client spins to be on time: whatever the kernel put beside it would wait for its time slice to end.
    const last = availableParallelism() - 1;
    const serverCpus = last === 0 ? "0" : `0-${last - 1}`;
    const worker = startWorker(new URL("./latency-budgets/block.ts", import.meta.url).href, {
      signal,
      cpus: String(last),
    });
    let before = 0;
    const report = (part: number) => (value: unknown) => {
      const {done, doing} = value as {done: number; doing: string};
      progress(Math.round(1_000 * (before + done * part)), Math.round(1_000 * whole), doing);
    };
    try {
      const filling: Filling = {
        directory,
        dimension: DIMENSION,
        passages: passageVectors(set),
        base,
        queries: queryVectors(set, "unseen"),
        serverCpus,
      };
      const {concepts} = await worker.call<Filled>("main", filling, report(0));
      progress(0, Math.round(1_000 * whole), "warming up");
      await worker.call("warm", {requests: warm_requests});
      for (const [round, {subject, seconds}] of blocks.entries()) {
        const recorder = record.block({
          subject,
          subject_version: "0.1.0",
          configuration: {durability: subject === "durable" ? "fsync" : "async", rates: RATES[subject]},
          position: 0,
          round,
          temperature: "warm",
          schedule: "poisson",
          offered_per_s: subject === "dual" ? sum(RATES.dual) : MIX_PER_S,
        });
        const input: BlockInput = {subject, seconds, seed: seed + round};
        const output = await worker.call<BlockOutput>("block", input, report(seconds));
        before += seconds;
        recorder.requests(output.columns);
        for (const value of output.flush_ns) recorder.observe("disk_fdatasync", "ns", value);
        recorder.observe("episodes", "count", output.episodes);
        recorder.observe("concepts", "count", concepts);
        recorder.observe("counted", "count", output.counted);
        recorder.observe("counted_failed", "count", output.counted_failed);
        recorder.end({backlog_max: output.backlog_max});
      }
      await worker.call("stop", {});
    } finally {
      await worker.stop();
    }
    const given = [
      "--lines",
      ...["--rounds", String(core_rounds), "--seconds", String(core_seconds), "--roads", ROADS.join(";")],
    ];
    const told: z.infer<typeof Round>[] = [];
    for await (const round of findings(BENCH, Round, {signal, arguments: given})) {
      told.push(round);
      progress(Math.round(1_000 * whole), Math.round(1_000 * whole), `what a core serves: ${round.road}`);
    }
    for (let round = 0; round < core_rounds; round++) {
      const recorder = record.block({
        subject: "core",
        subject_version: "0.1.0",
        configuration: {k: 10, connections: 16},
        position: 0,
        round: blocks.length + round,
        temperature: "warm",
        schedule: "closed",
      });
      for (const {road, answered, cpuSeconds} of told.filter((one) => one.round === round))
        recorder.observe("per_core", "1/s", answered / cpuSeconds, {label: road});
      recorder.end({});
    }
  },
});

const sum = (rates: Record<string, number>) => Object.values(rates).reduce((a, b) => a + b, 0);
