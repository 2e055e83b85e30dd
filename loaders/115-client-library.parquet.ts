// Experiment 115: do the clients in three languages do what the API promises, also when the way to it is bad?
import {fileURLToPath} from "node:url";
import {z} from "zod";
import {findings} from "./client-library/findings.ts";
import {maximum} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import type {BlockRecorder} from "./lab/measure/recorder.ts";

interface Parameters {
  /** Cases of the suite that every client must have taken. */
  cases: number;
  /** How often the whole suite is run. */
  rounds: number;
}

const REPORT = fileURLToPath(new URL("../native/clients/conformance/report.ts", import.meta.url));
/** As the suite names them, and what the blocking face cannot be asked: to be cancelled from outside. */
const CLIENTS: Record<string, {omits: number}> = {
  TypeScript: {omits: 0},
  Python: {omits: 0},
  "Python, blocking": {omits: 3},
  Rust: {omits: 0},
};

const Line = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("case"),
    client: z.string(),
    version: z.string(),
    group: z.string(),
    name: z.string(),
    steps: z.number().int(),
    ms: z.number(),
    wrong: z.array(z.string()),
  }),
  z.object({kind: z.literal("planted"), defect: z.string(), caught: z.boolean()}),
]);

/** Cases that failed, in the worst run. All cases were taken: a count has no interval. */
const failures = (client: string): Metric => ({
  id: `failed-${client.toLowerCase().replaceAll(/\W+/g, "-")}`,
  label: `cases that failed: ${client}`,
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: `SELECT count(*) FILTER (WHERE value < 1)::DOUBLE AS value, run AS block FROM observations
    WHERE metric = 'passed' AND subject = '${client}' GROUP BY run`,
});

const uncaught: Metric = {
  id: "uncaught",
  label: "planted defects that no case caught",
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: `SELECT count(*) FILTER (WHERE value < 1)::DOUBLE AS value, run AS block FROM observations
    WHERE metric = 'caught' GROUP BY run`,
};

const steps: Metric = {
  id: "steps",
  label: "calls made in a run, all clients together",
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: "SELECT sum(value)::DOUBLE AS value, run AS block FROM observations WHERE metric = 'steps' GROUP BY run",
};

const all: Metric = {
  id: "failed",
  label: "cases that failed, all clients",
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: `SELECT count(*) FILTER (WHERE value < 1)::DOUBLE AS value, run AS block FROM observations
    WHERE metric = 'passed' GROUP BY run`,
};

const none = (metric: Metric) => ({
  metric,
  comparison: "<=" as const,
  threshold: 0,
  source: "tasks.md, 115",
});

export default experiment<Parameters>({
  id: "115",
  slug: "client-library",
  title: "Client library integration",
  asks: "Do the clients in TypeScript, Python and Rust all do what the API promises, also when the way to it is bad?",
  hypothesis:
    "Every client passes every case of one suite against a live server: all operations, streams, typed errors, retries under planted faults, writes that count once, Unicode, large batches, cancellation in mid-stream.",
  source: import.meta.url,
  sources: ["native/clients", "native/server"],
  datasets: [],
  systems: [],
  profiles: {
    quick: {cases: 47, rounds: 1},
    standard: {cases: 47, rounds: 5},
    full: {cases: 47, rounds: 20},
  },
  floors: [...Object.keys(CLIENTS).map((client) => none(failures(client))), none(uncaught)],
  metrics: [all, steps],
  answers: [
    {
      id: "failed",
      metric: all,
      says: (value) =>
        `Cases that failed when clients in three languages took one suite against a live server: ${value}.`,
    },
  ],
  tables: [
    {
      id: "groups",
      caption: "Cases passed, by what they are about and by client",
      sql: `SELECT split_part(label, ': ', 1) AS about, subject AS client, sum(value)::INTEGER AS passed, count(*)::INTEGER AS taken
        FROM observations WHERE metric = 'passed' GROUP BY ALL ORDER BY about, client`,
      units: {passed: "count", taken: "count"},
    },
    {
      id: "cases",
      caption:
        "Every case: clients that passed it, and the slowest of them with the waits that its faults ask for",
      sql: `SELECT p.label AS "case", sum(p.value)::INTEGER AS passed, count(*)::INTEGER AS taken, max(t.value) AS slowest_ms
        FROM observations p JOIN observations t ON t.run = p.run AND t.block = p.block AND t.label = p.label AND t.metric = 'time'
        WHERE p.metric = 'passed' GROUP BY p.label ORDER BY p.label`,
      units: {passed: "count", taken: "count", slowest_ms: "ms"},
    },
    {
      id: "failures",
      caption: "What was wrong, where a case failed",
      sql: `SELECT subject AS client, label AS wrong FROM observations WHERE metric = 'wrong' ORDER BY client, wrong LIMIT 50`,
      units: {},
    },
    {
      id: "planted",
      caption: "Clients with a planted defect: whether a case failed, as it must",
      sql: `SELECT label AS defect, CASE WHEN min(value) = 1 THEN 'caught' ELSE 'missed' END AS outcome
        FROM observations WHERE metric = 'caught' GROUP BY label ORDER BY label`,
      units: {},
    },
  ],
  voidIf: [
    {
      id: "whole-suite",
      says: "a client did not take every case of the suite",
      violations: `
        WITH wanted(client, omits) AS (VALUES ${Object.entries(CLIENTS)
          .map(([client, {omits}]) => `('${client}', ${omits})`)
          .join(", ")}),
        taken AS (
          SELECT r.run, w.client, count(o.label) AS n,
            CAST(json_extract_string(any_value(r.parameters), '$.rounds') AS INTEGER) *
              (CAST(json_extract_string(any_value(r.parameters), '$.cases') AS INTEGER) - any_value(w.omits)) AS least
          FROM runs r CROSS JOIN wanted w
          LEFT JOIN observations o ON o.run = r.run AND o.subject = w.client AND o.metric = 'passed'
          GROUP BY r.run, w.client)
        SELECT client || ' took ' || n || ' of ' || least || ' cases' AS reason FROM taken WHERE n < least`,
    },
  ],
  stops: "After every client took every case, as often as declared.",
  excludes:
    "Nothing. The blocking face of the Python client is not asked the three cases of cancelling from outside: it has nothing to do that with.",
  threats: [
    "Server, proxy and clients share one machine; a network between them loses and delays in more ways than the proxy does.",
    "The suite was written by the authors of the clients: it finds what they thought of, and the planted defects show only that it finds those.",
    "The clients run at the same time, so that times of cases are waits, not speeds; none is judged.",
  ],
  async measure({parameters: {cases, rounds}, record, progress, signal}) {
    const total = rounds * Object.values(CLIENTS).reduce((sum, {omits}) => sum + cases - omits, 0);
    let done = 0;
    for (let round = 0; round < rounds; round++) {
      const blocks = new Map<string, BlockRecorder>();
      const blockOf = (subject: string, version: string) => {
        const known = blocks.get(subject);
        if (known !== undefined) return known;
        const begun = record.block({
          subject,
          subject_version: version,
          configuration: {},
          position: blocks.size,
          round,
          temperature: "warm",
          schedule: "none",
        });
        blocks.set(subject, begun);
        return begun;
      };
      for await (const line of findings(REPORT, Line, {signal})) {
        if (line.kind === "planted") {
          blockOf("planted defects", "").observe("caught", "share", line.caught ? 1 : 0, {
            label: line.defect,
          });
          continue;
        }
        const {client, version, group, name, ms, wrong} = line;
        const label = `${group}: ${name}`;
        const block = blockOf(client, version);
        block.observe("passed", "share", wrong.length === 0 ? 1 : 0, {label});
        block.observe("time", "ms", ms, {label});
        block.observe("steps", "count", line.steps, {label});
        for (const one of wrong) block.observe("wrong", "count", 1, {label: `${label}: ${one}`});
        progress(++done, total, `${client}: ${name}`);
      }
      for (const block of blocks.values()) block.end({cpu_seconds: 0});
    }
  },
});
