// Experiment 102: given what people rated before, which films will they like next? On a virtual clock.

import {ratings as readRatings} from "./datasets/movielens.ts";
import {DIMENSION, queryRows, queryVectors} from "./datasets/wikispeedia-minilm.ts";
import {differenceOfMeans, mean, quantile, ratioOfMedians} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {runInChild} from "./lab/measure/worker.ts";
import {errorsAbove, holdsAtLeast, lateDriver, nothingAsked, unsustained} from "./lab/void-rules.ts";
import type {BlockInput, BlockOutput} from "./recommendation/block.ts";

interface Parameters {
  /** Ratings of the past, written durably. */
  written: number;
  /** Edges they must leave: one rating ties person and film both ways. */
  edges: number;
  /** Ratings a future user shows before the question. */
  given: number;
  k: number;
  writes_in_flight: number;
  /** Reads and writes together, half each. */
  rate_per_s: number;
  requests: number;
  probes: number;
  blocks: number;
}

const METHODS = ["popularity", "item-kNN", "ALS"];
const idOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z]+/g, "-");
const SCORES = {ndcg: "nDCG@10", hit: "hit rate@10"} as const;
type Score = keyof typeof SCORES;

/** Pairs of the same person's scores: engram's less the rival's. */
const lead = (score: Score, rival: string): Metric => ({
  id: `${score}-over-${idOf(rival)}`,
  label: `${SCORES[score]}: engram less ${rival}`,
  unit: "score",
  estimator: differenceOfMeans({of: "users"}),
  rows: `SELECT value, run || '/' || label AS block, CASE WHEN subject = 'engram' THEN 'a' ELSE 'b' END AS side
    FROM observations WHERE metric = '${score}' AND subject IN ('engram', '${rival}')`,
});

const score = (kind: Score): Metric => ({
  id: kind,
  label: `${SCORES[kind]} of engram`,
  unit: "score",
  estimator: mean({of: "users"}),
  rows: `SELECT value, label AS block FROM observations WHERE metric = '${kind}' AND subject = 'engram'`,
});

const latency = (operation: string, says: string, q: number): Metric => ({
  id: `${operation}-p${q * 100}`,
  label: `P${q * 100} of ${says}`,
  unit: "ms",
  estimator: quantile(q),
  rows: `SELECT latency_ns / 1e6 AS value, unit AS block FROM requests WHERE operation = '${operation}' AND status = 'ok'`,
});

/** Requests done per second of the open loop, second by second. */
const served = (id: string, label: string, operations: string): Metric => ({
  id,
  label,
  unit: "1/s",
  estimator: mean({of: "seconds"}),
  rows: `
    WITH ends AS (SELECT run, max(intended_ns) AS last_ns FROM requests WHERE operation IN ('write', 'recommend', 'resemble', 'hybrid') GROUP BY run),
    seconds AS (SELECT run, unnest(range(0, CAST(floor(last_ns / 1e9) AS BIGINT))) AS second FROM ends)
    SELECT CAST(count(r.sequence) AS DOUBLE) AS value, s.run || '/' || s.second AS block
    FROM seconds s LEFT JOIN requests r ON r.run = s.run AND r.status = 'ok' AND r.operation IN (${operations})
      AND CAST(floor(r.end_ns / 1e9) AS BIGINT) = s.second
    GROUP BY s.run, s.second`,
});

const ages = (id: string): Metric => ({
  id,
  label: "weight of a memory of about a day, over one of about ninety days",
  unit: "×",
  estimator: ratioOfMedians({of: "probes"}),
  rows: `SELECT value, run || '/' || label AS block, CASE WHEN metric = 'recent' THEN 'a' ELSE 'b' END AS side
    FROM observations WHERE metric IN ('recent', 'old')`,
});

const memory: Metric = {
  id: "memory",
  label: "memory with dual memory on, over episodes alone",
  unit: "×",
  estimator: ratioOfMedians(),
  rows: `SELECT value, unit AS block, CASE WHEN metric = 'rss_dual' THEN 'a' ELSE 'b' END AS side
    FROM observations WHERE metric IN ('rss_dual', 'rss_episodic')`,
};

const floor = (metric: Metric, comparison: "<" | "<=" | ">" | ">=", threshold: number) => ({
  metric,
  comparison,
  threshold,
  source: "tasks.md, 102",
});

const overPopularity = lead("ndcg", "popularity");
const recommendP99 = latency("hybrid", "a recommendation (spreading and likeness)", 0.99);

const QUALITY = Object.entries(SCORES)
  .map(
    ([metric, name]) => `
    SELECT subject AS method, '${name}' AS metric, avg(value) AS value,
      avg(value) - 1.96 * stddev_samp(value) / sqrt(count(*)) AS low,
      avg(value) + 1.96 * stddev_samp(value) / sqrt(count(*)) AS high, count(*) AS n
    FROM observations WHERE metric = '${metric}' GROUP BY subject`,
  )
  .join(" UNION ALL ");

export default experiment<Parameters>({
  id: "102",
  slug: "recommendation",
  title: "Recommendation engine",
  asks: "Given the films people rated before, does engram name the films they will like next, and in time?",
  hypothesis:
    "By spreading from what a person just rated, engram ranks films at least as well as popularity, item-kNN and matrix factorisation on the same chronological split, while it takes 80 writes and 80 reads a second.",
  source: import.meta.url,
  datasets: ["movielens-latest-small", "wikispeedia-minilm"],
  systems: [],
  profiles: {
    quick: {
      written: 50_000,
      edges: 100_000,
      given: 10,
      k: 10,
      writes_in_flight: 64,
      rate_per_s: 200,
      requests: 4_000,
      probes: 40,
      blocks: 1,
    },
    standard: {
      written: 50_000,
      edges: 100_000,
      given: 10,
      k: 10,
      writes_in_flight: 64,
      rate_per_s: 200,
      requests: 40_000,
      probes: 100,
      blocks: 2,
    },
    full: {
      written: 50_000,
      edges: 100_000,
      given: 10,
      k: 10,
      writes_in_flight: 64,
      rate_per_s: 200,
      requests: 200_000,
      probes: 100,
      blocks: 1,
    },
  },
  floors: [
    floor(overPopularity, ">=", 0),
    floor(lead("ndcg", "item-kNN"), ">=", 0),
    floor(lead("ndcg", "ALS"), ">=", 0),
    ...METHODS.map((rival) => floor(lead("hit", rival), ">=", 0)),
    floor(recommendP99, "<", 100),
    floor(latency("resemble", "a search by likeness alone", 0.99), "<", 20),
    floor(served("writes-served", "writes done a second, beside the reads", "'write'"), ">=", 80),
    floor(
      served("reads-served", "reads done a second, beside the writes", "'recommend', 'resemble', 'hybrid'"),
      ">=",
      80,
    ),
    floor(ages("age-at-least"), ">=", 1.8),
    floor(ages("age-at-most"), "<=", 2.2),
    floor(memory, "<", 1.15),
  ],
  metrics: [
    score("ndcg"),
    score("hit"),
    latency("recommend", "a recommendation by spreading alone", 0.99),
    latency("write", "a durable rating", 0.99),
    {
      id: "written-a-second",
      label: "ratings written durably a second, 64 in flight",
      unit: "1/s",
      estimator: mean({of: "thousands of ratings"}),
      rows: "SELECT value, run || '/' || label AS block FROM observations WHERE metric = 'write_rate'",
    },
  ],
  answers: [
    {
      id: "quality",
      metric: overPopularity,
      says: (value) =>
        `In naming the films that people liked next, engram scores ${value} (nDCG@10) above recommending what is popular.`,
    },
    {
      id: "time",
      metric: recommendP99,
      says: (value) =>
        `Of a hundred recommendations, 99 are there within ${value}, while ratings are being written.`,
    },
  ],
  tables: [
    {
      id: "quality",
      caption: "Ranking quality of every method over the same people, with the interval of its mean",
      sql: `SELECT * FROM (${QUALITY}) ORDER BY metric DESC, value DESC`,
      units: {},
    },
    {
      id: "percentiles",
      caption: "Latency by percentile, from the moment a request was due",
      sql: `
        WITH q(quantile) AS (VALUES (0.5), (0.9), (0.99), (0.999)),
        counted AS (SELECT operation, count(*) AS n FROM requests WHERE status = 'ok' GROUP BY operation),
        ranked AS (
          SELECT operation, latency_ns / 1e6 AS ms, row_number() OVER (PARTITION BY operation ORDER BY latency_ns) AS rank
          FROM requests WHERE status = 'ok'),
        wanted AS (
          SELECT operation, n, CAST(quantile AS DOUBLE) AS quantile, n * CAST(quantile AS DOUBLE) AS at,
            1.96 * sqrt(n * CAST(quantile AS DOUBLE) * (1 - CAST(quantile AS DOUBLE))) AS half
          FROM counted, q WHERE n >= ln(0.05) / ln(CAST(quantile AS DOUBLE)))
        SELECT w.operation, w.quantile,
          max(CASE WHEN r.rank = greatest(1, CAST(ceil(w.at - 1e-9) AS BIGINT)) THEN r.ms END) AS latency_ms,
          max(CASE WHEN r.rank = greatest(1, CAST(floor(w.at - w.half) AS BIGINT)) THEN r.ms END) AS low_ms,
          max(CASE WHEN r.rank = least(w.n, CAST(ceil(w.at + w.half) AS BIGINT) + 1) THEN r.ms END) AS high_ms, w.n
        FROM wanted w JOIN ranked r USING (operation)
        GROUP BY w.operation, w.quantile, w.n ORDER BY w.operation, w.quantile`,
      units: {latency_ms: "ms", low_ms: "ms", high_ms: "ms"},
    },
    {
      id: "memory",
      caption: "Resident memory of the process after loading and after serving",
      sql: "SELECT run, metric, value AS bytes FROM observations WHERE metric IN ('rss_loaded', 'rss_served') ORDER BY run, metric",
      units: {bytes: "bytes"},
    },
  ],
  voidIf: [holdsAtLeast("edges", "edges"), lateDriver, unsustained, errorsAbove(0.01), nothingAsked],
  stops: "After every future user was asked once of every method, and after the declared number of requests.",
  excludes:
    "Users with fewer than ten ratings after the cut, or who liked nothing after those ten, make no case; nobody else is left out.",
  threats: [
    "Few people rated both before and after the cut: most cases are known to every method by their first ten ratings only.",
    "A third of the films liked later were not rated before the cut: methods by association cannot name them, those by description can.",
    "Descriptions hold tags that people may have given after the cut; engram's share of likeness could profit from that. Spreading alone, shown beside it, cannot.",
    "Settings of all methods were chosen on a split inside the past; on another set they may be others.",
    "Decay is applied to the seeds by the client, as the engine does not yet forget by itself; memory of dual over episodic is not measured for the same reason.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, seed}) {
    const ratings = readRatings(await dataset("movielens-latest-small"));
    const text = await dataset("wikispeedia-minilm");
    const rows = await queryRows(text, "movie");
    const films = {
      movie: Uint32Array.from(rows, ({answer_id}) => answer_id ?? 0),
      vectors: queryVectors(text, "movie"),
      dimension: DIMENSION,
    };
    const {blocks, rate_per_s, ...shared} = parameters;
    for (let block = 0; block < blocks; block++) {
      const input: BlockInput = {
        ...shared,
        rate_per_s,
        directory: `${scratch}/${block}`,
        ratings,
        films,
        seed: seed + block,
      };
      const output = await runInChild<BlockOutput>(
        new URL("./recommendation/block.ts", import.meta.url).href,
        input,
        {
          signal,
          report: (value) => {
            const {share, doing} = value as {share: number; doing: string};
            progress(Math.round((block + share) * 1_000), blocks * 1_000, doing);
          },
        },
      );
      const start = {
        subject_version: "0.1.0",
        position: 0,
        round: block,
        temperature: "warm" as const,
      };
      const own = record.block({
        ...start,
        subject: "engram",
        configuration: {durability: "group"},
        schedule: "poisson",
        offered_per_s: rate_per_s,
      });
      own.requests(output.serve);
      own.observe("edges", "count", output.edges);
      output.write_rates.forEach((value, index) => {
        own.observe("write_rate", "1/s", value, {label: String(index), n: 1_000});
      });
      for (const [metric, values] of Object.entries(output.probes))
        values.forEach((value, index) => {
          own.observe(metric, "activation", value, {label: String(index)});
        });
      own.observe("rss_loaded", "bytes", output.rss_after_load);
      own.observe("rss_served", "bytes", output.rss_after_serving);
      own.end({backlog_max: output.backlog_max, cpu_seconds: output.cpu_seconds});
      // Quality does not vary by process start: it is asked once.
      for (const {method, configuration, user, ndcg, hit} of block === 0 ? output.scored : []) {
        const asked = record.block({...start, subject: method, configuration, schedule: "none"});
        user.forEach((person, index) => {
          asked.observe("ndcg", "score", ndcg[index] as number, {label: String(person)});
          asked.observe("hit", "score", hit[index] as number, {label: String(person)});
        });
        asked.end({cpu_seconds: 0});
      }
    }
  },
});
