// Experiment 009: what does one tenant notice of the others?
import {mkdirSync} from "node:fs";
import {availableParallelism} from "node:os";
import {DIMENSION, passageVectors, queryVectors} from "./datasets/wikispeedia-minilm.ts";
import {maximum, mean, proportion, quantile, ratioOfQuantiles} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {startWorker} from "./lab/measure/worker.ts";
import {percentilesSql} from "./lab/percentiles.ts";
import {lateDriver, nothingAsked} from "./lab/void-rules.ts";
import {BESIDE_HURT, EQUALS, EXCESS, type LoopOutput, type Setting} from "./multi-tenant-isolation/block.ts";
import {jainSql} from "./multi-tenant-isolation/fairness.ts";

interface Parameters {
  /** Episodes of each tenant. */
  each: number;
  /** Requests a second that the neighbour sends, and that the noisy one may send. */
  rate_per_s: number;
  loop_seconds: number;
  /** Loops in the order quiet, noisy, noisy, quiet, … */
  loops: number;
  equal_seconds: number;
  equal_rounds: number;
  probes: number;
}

const SOURCE = "tasks.md, 009";
const OWN = "operation IN ('recall', 'store')";
const ORDER = ["quiet", "noisy", "noisy", "quiet"] as const;

/** P99 of the neighbour with something beside it over its P99 without. */
const change = (part: string, label: string): Metric => ({
  id: `change-${part}`,
  label,
  unit: "×",
  estimator: ratioOfQuantiles(0.99),
  rows: `SELECT latency_ns::DOUBLE AS value, CASE WHEN subject = '${part}' THEN 'a' ELSE 'b' END AS side FROM requests
    WHERE status = 'ok' AND ${OWN} AND subject IN ('quiet', '${part}')`,
});
const beside = (part: string, q: number): Metric => ({
  id: `${part}-p${q * 100}`,
  label: `P${q * 100} of the neighbour, ${part}`,
  unit: "ms",
  estimator: quantile(q),
  rows: `SELECT latency_ns / 1e6 AS value FROM requests WHERE status = 'ok' AND ${OWN} AND subject = '${part}'`,
});
const noisy = change("noisy", "P99 of the neighbour beside one at ten times its rate, over its P99 alone");
const unanswered: Metric = {
  id: "unanswered",
  label: "requests of the neighbour that failed, whatever the others did",
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: `SELECT count(*) FILTER (WHERE status <> 'ok')::DOUBLE AS value, run AS block FROM requests WHERE ${OWN} GROUP BY run`,
};
/** What each of the others may be refused by: too many requests, read-only, quota exceeded. */
const OWN_REFUSALS = {noise: "HTTP 429", hurt: "HTTP 409", full: "HTTP 403"};
const untyped: Metric = {
  id: "untyped",
  label: "refusals of the others by another error than their own",
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: `SELECT count(*) FILTER (WHERE status <> 'ok' AND status <> CASE operation ${Object.entries(
    OWN_REFUSALS,
  )
    .map(([operation, status]) => `WHEN '${operation}' THEN '${status}'`)
    .join(
      " ",
    )} END)::DOUBLE AS value, run AS block FROM requests WHERE operation IN ('noise', 'hurt', 'full') GROUP BY run`,
};
const jain: Metric = {
  id: "jain",
  label: "Jain's index of ten equal tenants",
  unit: "score",
  estimator: mean({of: "rounds"}),
  rows: jainSql(
    "SELECT value, label AS tenant, run || '/' || block AS block FROM observations WHERE metric = 'answered'",
  ),
};
const leaks: Metric = {
  id: "leaks",
  label: "probes that brought something of another space",
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: "SELECT count(*) FILTER (WHERE status = 'leak')::DOUBLE AS value, run AS block FROM requests WHERE subject = 'probes' GROUP BY run",
};

export default experiment<Parameters>({
  id: "009",
  slug: "multi-tenant-isolation",
  title: "Multi-tenant isolation",
  asks: "What does one tenant notice of the others: one that asks ten times too much, one whose log is broken, one that is full?",
  hypothesis:
    "A tenant that keeps to its rate sees its P99 within 1 % of what it is alone, none of its requests fails, ten equal tenants get equal shares, and in a million probes of every kind nothing comes back from another space.",
  source: import.meta.url,
  sources: ["native/server"],
  datasets: ["wikispeedia-minilm"],
  systems: ["engram"],
  profiles: {
    quick: {
      each: 1_000,
      rate_per_s: 100,
      loop_seconds: 2.5,
      loops: 4,
      equal_seconds: 0.4,
      equal_rounds: 6,
      probes: 5_000,
    },
    standard: {
      each: 5_000,
      rate_per_s: 100,
      loop_seconds: 20,
      loops: 8,
      equal_seconds: 3,
      equal_rounds: 20,
      probes: 1_000_000,
    },
    full: {
      each: 5_000,
      rate_per_s: 100,
      loop_seconds: 300,
      loops: 12,
      equal_seconds: 10,
      equal_rounds: 60,
      probes: 10_000_000,
    },
  },
  floors: [
    // Equivalence by two one-sided tests: the whole interval within ±1 % (Schuirmann 1987).
    {metric: noisy, comparison: "<=", threshold: 1.01, source: SOURCE},
    {metric: {...noisy, id: "change-noisy-least"}, comparison: ">=", threshold: 0.99, source: SOURCE},
    {metric: jain, comparison: ">=", threshold: 0.95, source: SOURCE},
    {metric: leaks, comparison: "<=", threshold: 0, source: SOURCE},
    {
      metric: {
        id: "kept",
        label: "share of probes that brought nothing of another space",
        unit: "share",
        estimator: proportion({of: "probes"}),
        rows: "SELECT CASE WHEN status = 'leak' THEN 0 ELSE 1 END AS value FROM requests WHERE subject = 'probes'",
      },
      // A million probes without a leak support so much (Clopper & Pearson).
      comparison: ">=",
      threshold: 0.999996,
      source: "tasks.md, 009: ≥ 10⁶ queries",
    },
    {metric: unanswered, comparison: "<=", threshold: 0, source: SOURCE},
    {metric: untyped, comparison: "<=", threshold: 0, source: SOURCE},
  ],
  metrics: [
    beside("quiet", 0.99),
    beside("noisy", 0.99),
    beside("others hurt", 0.99),
    change("others hurt", "P99 of the neighbour beside a broken and a full one, over its P99 alone"),
    {
      id: "refused",
      label: "share of the noisy tenant's requests that were refused, at ten times its rate",
      unit: "share",
      estimator: proportion({of: "requests"}),
      rows: "SELECT CASE WHEN status = 'ok' THEN 0 ELSE 1 END AS value FROM requests WHERE operation = 'noise' AND subject = 'noisy'",
    },
  ],
  answers: [
    {
      id: "noisy",
      metric: noisy,
      says: (value) =>
        `Beside a tenant that asks for ten times its rate, a neighbour's P99 is its own P99 alone times ${value}.`,
    },
    {
      id: "leaks",
      metric: leaks,
      says: (value) => `Probes of every kind that brought something of another space: ${value}.`,
    },
  ],
  tables: [
    {
      id: "percentiles",
      caption: "Latency of the neighbour by percentile, from the moment a request was due",
      sql: percentilesSql(
        `SELECT subject AS operation, latency_ns / 1e6 AS ms FROM requests WHERE status = 'ok' AND ${OWN}`,
      ),
      units: {latency_ms: "ms", low_ms: "ms", high_ms: "ms"},
    },
    {
      id: "answers",
      caption: "How each tenant was answered in each part",
      sql: `SELECT subject AS part,
          CASE operation WHEN 'noise' THEN 'noisy' WHEN 'hurt' THEN 'broken' WHEN 'full' THEN 'full' ELSE 'neighbour' END AS tenant,
          status AS answer, count(*) AS requests, quantile_disc(latency_ns, 0.5) / 1e6 AS p50_ms, max(latency_ns) / 1e6 AS slowest_ms
        FROM requests WHERE subject <> 'probes' GROUP BY ALL ORDER BY part, tenant, answer`,
      units: {requests: "count", p50_ms: "ms", slowest_ms: "ms"},
    },
    {
      id: "equals",
      caption: "Ten equal tenants: answers of each, and its share",
      sql: `SELECT label AS tenant, sum(value)::BIGINT AS answers, sum(value) / (SELECT sum(value) FROM observations WHERE metric = 'answered') AS share
        FROM observations WHERE metric = 'answered' GROUP BY label ORDER BY label`,
      units: {answers: "count", share: "share"},
    },
    {
      id: "probes",
      caption: "Probes across the border, by what was asked",
      sql: `SELECT operation AS question, count(*) AS probes, count(*) FILTER (WHERE status = 'leak') AS leaks,
          count(*) FILTER (WHERE status = 'failed') AS failed
        FROM requests WHERE subject = 'probes' GROUP BY operation ORDER BY operation`,
      units: {probes: "count", leaks: "count", failed: "count"},
    },
  ],
  voidIf: [
    lateDriver,
    nothingAsked,
    {
      id: "provoked",
      says: "the noisy tenant was not refused anything, the broken one was not broken, or probes went unanswered",
      violations: `
        SELECT 'run ' || run || ': the noisy tenant was never refused' AS reason FROM runs
        WHERE run NOT IN (SELECT run FROM requests WHERE operation = 'noise' AND status <> 'ok')
        UNION ALL SELECT 'run ' || run || ': the broken log was not found to be broken' FROM runs
        WHERE run NOT IN (SELECT run FROM observations WHERE metric = 'damaged' AND value = 1)
        UNION ALL SELECT 'run ' || run || ': the full tenant was never refused' FROM runs
        WHERE run NOT IN (SELECT run FROM requests WHERE operation = 'full' AND status <> 'ok')
        UNION ALL SELECT 'run ' || run || ': ' || count(*) || ' probes without an answer' FROM requests
        WHERE subject = 'probes' AND status = 'failed' GROUP BY run`,
    },
  ],
  stops: "After the declared seconds of each loop and the declared number of probes.",
  excludes:
    "Nothing. What the noisy, the broken and the full tenant are refused is their own, and not an error.",
  threats: [
    "No tenant has a key here: that a key of one space opens no other is shown by the attack list (npm run attacks).",
    "The loops follow each other in one server process: they are in turns, but not independent.",
    "Quiet is the noisy tenant at its own rate, not silent.",
    "One process plays all tenants: what the noisy one costs the client is in the neighbour's latency, too.",
    "The server has one core on this host; with more, a neighbour would notice less.",
    "The part with hurt tenants is served by another process than the quiet one it is compared with.",
    "Requests of one process start are not independent; intervals of percentiles treat them so.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, seed}) {
    const {each, rate_per_s, loop_seconds, loops, equal_seconds, equal_rounds, probes} = parameters;
    const set = await dataset("wikispeedia-minilm");
    const directory = `${scratch}/engine`;
    mkdirSync(directory);
    const last = availableParallelism() - 1;
    const setting: Setting = {
      directory,
      dimension: DIMENSION,
      passages: passageVectors(set),
      queries: queryVectors(set, "unseen"),
      each,
      rate_per_s,
      server_cpus: last === 0 ? "0" : `0-${last - 1}`,
    };
    const steps = loops + 3;
    let step = 0;
    const report = (doing: string) => (value: unknown) =>
      progress(Math.round(1_000 * (step + (value as {done: number}).done)), 1_000 * steps, doing);
    const begin = (subject: string, schedule: string, offered_per_s?: number) =>
      record.block({
        subject,
        subject_version: "0.1.0",
        configuration: {durability: "async", k: 10},
        position: 0,
        round: step,
        temperature: "warm",
        schedule,
        ...(offered_per_s === undefined ? {} : {offered_per_s}),
      });
    const worker = startWorker(new URL("./multi-tenant-isolation/block.ts", import.meta.url).href, {
      signal,
      cpus: String(last),
    });
    const loop = async (subject: string, others: Record<string, number>) => {
      const offered = Object.values(others).reduce((a, b) => a + b, rate_per_s);
      const recorder = begin(subject, "poisson", offered);
      const given = {seconds: loop_seconds, seed: seed + step, beside: others};
      const {columns, backlog_max} = await worker.call<LoopOutput>("loop", given, report(subject));
      recorder.requests(columns);
      recorder.end({backlog_max});
      step++;
    };
    try {
      progress(0, 1_000 * steps, "loading passages of 14 tenants");
      await worker.call("main", setting);
      for (let at = 0; at < loops; at++) {
        const subject = ORDER[at % ORDER.length] as string;
        await loop(subject, {noise: subject === "noisy" ? EXCESS * rate_per_s : rate_per_s});
      }
      for (let round = 0; round < equal_rounds; round++) {
        const recorder = begin("equals", "closed");
        const answered = await worker.call<number[]>("equals", {seconds: equal_seconds});
        for (const [tenant, n] of answered.entries())
          recorder.observe("answered", "count", n, {label: EQUALS[tenant] as string});
        recorder.end({});
      }
      step++;
      const probing = begin("probes", "none");
      probing.requests(
        await worker.call<LoopOutput["columns"]>("probes", {count: probes, seed}, report("probes")),
      );
      probing.end({});
      step++;
      const {damaged} = await worker.call<{damaged: boolean}>("hurt", {});
      const marking = begin("damage", "none");
      marking.observe("damaged", "count", damaged ? 1 : 0);
      marking.end({});
      await loop("others hurt", {noise: rate_per_s, ...BESIDE_HURT});
      await worker.call("stop", {});
    } finally {
      await worker.stop();
    }
  },
});
