// Experiment 114: does an older client still work when the API goes on, and is it told in time of what will go?
import {fileURLToPath} from "node:url";
import {z} from "zod";
import {findings} from "./client-library/findings.ts";
import {maximum} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import type {BlockRecorder} from "./lab/measure/recorder.ts";

interface Parameters {
  /** Requests of the older client, in each of three manners. */
  exchanges: number;
  /** How often all is tried. */
  rounds: number;
}

const REPORT = fileURLToPath(new URL("../native/server/versions/report.ts", import.meta.url));
const MANNERS = ["as recorded", "under v2", "with unknown fields"];
const EXCHANGES = 78;

const wrong = z.array(z.string());
const Line = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("replayed"),
    recordedAt: z.string(),
    manner: z.string(),
    operation: z.string(),
    label: z.string(),
    wrong,
  }),
  z.object({
    kind: z.literal("use"),
    by: z.string(),
    operation: z.string(),
    deprecated: z.boolean(),
    warned: z.boolean(),
    wrong,
  }),
  z.object({
    kind: z.literal("tolerated"),
    client: z.string(),
    version: z.string(),
    answers: z.number().int(),
    wrong,
  }),
  z.object({kind: z.literal("changes"), since: z.string(), wrong}),
  z.object({kind: z.literal("planted"), where: z.string(), fault: z.string(), wrong}),
]);

/** A count over a whole run: all of it was tried, so that it has no interval. */
const counted = (id: string, label: string, value: string, where: string): Metric => ({
  id,
  label,
  unit: "count",
  estimator: maximum({of: "runs"}),
  rows: `SELECT (${value})::DOUBLE AS value, run AS block FROM observations WHERE ${where} GROUP BY run`,
});

const FAILED = "count(*) FILTER (WHERE value < 1)";
const ofOlder = "subject = 'older client' AND metric = 'answered'";
const replayed = (manner: string) =>
  counted(
    `older-${manner.replaceAll(" ", "-")}`,
    `requests of the older client answered otherwise, ${manner}`,
    FAILED,
    `${ofOlder} AND split_part(label, '|', 1) = '${manner}'`,
  );
const older = counted("older", "requests of the older client answered otherwise", FAILED, ofOlder);
const unwarned = counted(
  "unwarned",
  "uses of what is deprecated that were not warned of",
  FAILED,
  "metric = 'deprecated_use'",
);

const none = (metric: Metric) => ({
  metric,
  comparison: "<=" as const,
  threshold: 0,
  source: "tasks.md, 114",
});

export default experiment<Parameters>({
  id: "114",
  slug: "api-versions",
  title: "API versioning and deprecation",
  asks: "When the API goes on, do clients that were made for it before still work, and are they told of what will go?",
  hypothesis:
    "An older client's requests are answered as they were, beside the second version and under it; fields that one side does not know disturb neither; no change breaks an older client unseen; every use of what will go is warned of.",
  source: import.meta.url,
  sources: ["native/server", "native/clients", "loaders/client-library"],
  datasets: [],
  systems: [],
  profiles: {
    quick: {exchanges: EXCHANGES, rounds: 1},
    standard: {exchanges: EXCHANGES, rounds: 5},
    full: {exchanges: EXCHANGES, rounds: 20},
  },
  floors: [
    ...MANNERS.map((manner) => none(replayed(manner))),
    none(
      counted(
        "intolerant",
        "clients that stumble over unknown fields, of four under two versions",
        FAILED,
        "metric = 'tolerated'",
      ),
    ),
    none(unwarned),
    none(counted("false-warnings", "warnings about what is not deprecated", FAILED, "metric = 'other_use'")),
    none(
      counted(
        "breaking",
        "breaking changes since the documents that were first promised",
        "sum(value)",
        "metric = 'breaking'",
      ),
    ),
    none(counted("unfound", "planted faults that were not found", FAILED, "metric = 'found'")),
  ],
  metrics: [
    older,
    counted("uses", "uses of what is deprecated", "count(*)", "metric = 'deprecated_use'"),
    counted("sent", "requests of the older client sent again", "count(*)", ofOlder),
  ],
  answers: [
    {
      id: "older",
      metric: older,
      says: (value) => `Requests of an older client that are no longer answered as they were: ${value}.`,
    },
    {
      id: "unwarned",
      metric: unwarned,
      says: (value) => `Uses of what will go that passed without a warning: ${value}.`,
    },
  ],
  tables: [
    {
      id: "replayed",
      caption: "Requests of the older client answered as they were, by operation and by how they were sent",
      sql: `SELECT split_part(label, '|', 2) AS operation, split_part(label, '|', 1) AS manner,
          sum(value)::INTEGER AS passed, count(*)::INTEGER AS taken
        FROM observations WHERE ${ofOlder} GROUP BY ALL ORDER BY operation, manner`,
      units: {passed: "count", taken: "count"},
    },
    {
      id: "clients",
      caption: "Clients of now, with unknown fields in every object of every answer",
      sql: `SELECT subject AS client, label AS version, min(value)::INTEGER AS passed, count(*)::INTEGER AS taken
        FROM observations WHERE metric = 'tolerated' GROUP BY ALL ORDER BY client, version`,
      units: {passed: "count", taken: "count"},
    },
    {
      id: "uses",
      caption: "Uses of operations by all clients, and how many of them were warned",
      sql: `SELECT CASE WHEN metric = 'deprecated_use' THEN split_part(label, '|', 1)
            ELSE 'the others of v' || label[2:2] END AS operation,
          CASE WHEN metric = 'deprecated_use' THEN 'deprecated' ELSE 'stays' END AS standing,
          count(*)::INTEGER AS uses, count(*) FILTER (WHERE (metric = 'deprecated_use') = (value = 1))::INTEGER AS warned
        FROM observations WHERE metric IN ('deprecated_use', 'other_use') GROUP BY ALL ORDER BY standing, operation`,
      units: {uses: "count", warned: "count"},
    },
    {
      id: "planted",
      caption: "Faults planted in the document and in answers: whether they were found, as they must be",
      sql: `SELECT split_part(label, '|', 1) AS planted_in, split_part(label, '|', 2) AS fault,
          CASE WHEN min(value) = 1 THEN 'found' ELSE 'missed' END AS outcome
        FROM observations WHERE metric = 'found' GROUP BY ALL ORDER BY planted_in DESC, fault`,
      units: {},
    },
    {
      id: "troubles",
      caption: "What an older client would notice",
      sql: `SELECT DISTINCT subject AS who, label AS trouble FROM observations WHERE metric = 'wrong' ORDER BY ALL LIMIT 50`,
      units: {},
    },
  ],
  voidIf: [
    {
      id: "all-sent",
      says: "not every recorded request was sent in every manner",
      violations: `
        SELECT 'run ' || r.run || ' sent ' || count(o.label) || ' of ' ||
          any_value(CAST(json_extract_string(r.parameters, '$.exchanges') AS INTEGER) *
            CAST(json_extract_string(r.parameters, '$.rounds') AS INTEGER)) * ${MANNERS.length} AS reason
        FROM runs r LEFT JOIN (SELECT run, label FROM observations WHERE ${ofOlder}) o USING (run)
        GROUP BY r.run
        HAVING count(o.label) < any_value(CAST(json_extract_string(r.parameters, '$.exchanges') AS INTEGER) *
          CAST(json_extract_string(r.parameters, '$.rounds') AS INTEGER)) * ${MANNERS.length}`,
    },
    {
      id: "something-deprecated",
      says: "nothing that is deprecated was used, so that no warning could be missed",
      violations: `SELECT 'run ' || run AS reason FROM runs
        WHERE run NOT IN (SELECT run FROM observations WHERE metric = 'deprecated_use')`,
    },
  ],
  stops:
    "After every recorded request, every client and every planted fault was tried, as often as declared.",
  excludes:
    "Values of the clock, of the disk and of wording (times the server set, sizes, digests, messages) need only keep their type. A request that was turned away for its key is no use of an operation.",
  threats: [
    "The older client is some hours older, not years: the API has had no longer past. The recording stays as it is, so that it grows older with the project.",
    "The older client asked what its suite asks; a user's program may lean on something that no case shows, such as the wording of an error.",
    "The second version's recall changed several times in the night it was made, before its document was promised; what is compared is since that promise.",
    "The comparison of documents knows the keywords that this API uses; others it calls a difference, so that it errs towards alarm.",
  ],
  async measure({parameters: {exchanges, rounds}, record, progress, signal}) {
    const total = rounds * exchanges * MANNERS.length;
    let done = 0;
    for (let round = 0; round < rounds; round++) {
      const blocks = new Map<string, BlockRecorder>();
      const blockOf = (subject: string, version = "") => {
        const known = blocks.get(subject);
        if (known !== undefined) return known;
        const start = {configuration: {}, temperature: "warm" as const, schedule: "none"};
        const begun = record.block({
          subject,
          subject_version: version,
          position: blocks.size,
          round,
          ...start,
        });
        blocks.set(subject, begun);
        return begun;
      };
      for await (const line of findings(REPORT, Line, {signal})) {
        const passed = line.wrong.length === 0 ? 1 : 0;
        const note = (block: BlockRecorder, metric: string, label: string) => {
          block.observe(metric, "share", passed, {label});
          for (const one of line.wrong) block.observe("wrong", "count", 1, {label: `${label}: ${one}`});
        };
        if (line.kind === "replayed") {
          note(
            blockOf("older client", line.recordedAt),
            "answered",
            `${line.manner}|${line.operation}|${line.label}`,
          );
          progress(++done, total, line.label);
        } else if (line.kind === "tolerated") note(blockOf(line.client), "tolerated", line.version);
        else if (line.kind === "use")
          note(
            blockOf("uses"),
            line.deprecated ? "deprecated_use" : "other_use",
            `${line.operation}|${line.by}`,
          );
        else if (line.kind === "planted")
          note(blockOf("planted faults"), "found", `${line.where}|${line.fault}`);
        else {
          const block = blockOf(`document of ${line.since}`);
          block.observe("breaking", "count", line.wrong.length, {label: line.since});
          for (const one of line.wrong) block.observe("wrong", "count", 1, {label: one});
        }
      }
      for (const block of blocks.values()) block.end({cpu_seconds: 0});
    }
  },
});
