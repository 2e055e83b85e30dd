// Experiment 015: is a lead narrowing? The competition's ratios over time, two detectors that must agree, and what
// that watch misses and invents, found out on histories made up by seed.
import {citedFigures} from "./competitive-baseline/cited.ts";
import {type Noise, simulatedHistory} from "./competitive-baseline/history.ts";
import {histories, readLeads} from "./competitive-baseline/leads.ts";
import {changes, narrowed, SEGMENT_MONTHS_MIN, watch} from "./competitive-baseline/monitor.ts";
import {competed} from "./competitive-validation/metrics.ts";
import {subjectsOf} from "./competitive-validation/subjects.ts";
import {annotatedSeries} from "./datasets/tcpd.ts";
import {mean, median, proportion} from "./lab/estimators.ts";
import {type Context, experiment, type Metric} from "./lab/experiment.ts";
import type {BlockRecorder, BlockStart} from "./lab/measure/recorder.ts";
import {agreed, covering, f1, MARGIN} from "./lab/statistics/change-points/agreement.ts";
import {E_DIVISIVE, eDivisive} from "./lab/statistics/change-points/e-divisive.ts";
import {rankSegmentation} from "./lab/statistics/change-points/rank-segmentation.ts";
import {readCards} from "./systems/cards.ts";

interface Parameters {
  /** Simulated histories of each sort, and how long they are. */
  histories: number;
  months: number;
  /** Loss a month where one is planted, and the first month it shows (0-based). */
  loss: number;
  loss_from: number;
  noise: Noise;
  /** Newest runs of experiment 112 that are read. */
  runs: number;
}

const DETECTORS = {both: "both together", energy: "E-divisive alone", ranks: "ranks alone"} as const;
type Detector = keyof typeof DETECTORS;
const CLEAN = "simulated clean history";
const LOSING = "simulated losing history";

const share = (id: string, label: string, metric: string, subject: string): Metric => ({
  id,
  label,
  unit: "share",
  estimator: proportion({of: "histories"}),
  rows: `SELECT value FROM observations WHERE metric = '${metric}' AND subject = '${subject}'`,
});

const alarms = (who: Detector): Metric =>
  share(`false-alarms-${who}`, `clean histories with an alarm, ${DETECTORS[who]}`, `alarm_${who}`, CLEAN);
const found = (who: Detector): Metric =>
  share(`found-${who}`, `losing histories found, ${DETECTORS[who]}`, `found_${who}`, LOSING);

const agreement = (score: "f1" | "covering", detector: string): Metric => ({
  id: `tcpd-${score}-${detector}`,
  label: `${score === "f1" ? `F1 within ${MARGIN}` : "covering"} on tcpd, ${detector}`,
  unit: "score",
  estimator: mean({of: "series"}),
  rows: `SELECT value, label AS block FROM observations WHERE metric = '${score}' AND subject = '${detector}'`,
});

const {floors: judged} = competed(subjectsOf(await readCards()));
const [FALSE_ALARMS, FOUND] = [alarms("both"), found("both")];
const SOURCE = "tasks.md, 015; issue 5";

/** A block without requests of its own. */
const apart = (subject: string, subject_version: string, changes: Partial<BlockStart>): BlockStart => ({
  subject,
  subject_version,
  configuration: {},
  position: 0,
  round: 0,
  temperature: "warm",
  schedule: "none",
  ...changes,
});

function filled(block: BlockRecorder, fill: (block: BlockRecorder) => void): void {
  fill(block);
  block.end();
}

/** What the watch invents on clean histories and misses on losing ones. */
async function simulate({parameters, record, random, progress, signal}: Context<Parameters>): Promise<void> {
  const {histories: count, months, loss, loss_from: from, noise} = parameters;
  for (const [subject, planted] of [
    [CLEAN, 0],
    [LOSING, loss],
  ] as const) {
    const block = record.block(
      apart(subject, "1", {kind: "simulated", configuration: {months, planted, from}}),
    );
    for (let history = 0; history < count; history++) {
      signal.throwIfAborted();
      progress((planted > 0 ? count : 0) + history, 2 * count, `watching ${subject} ${history + 1}`);
      const label = String(history);
      const leads = simulatedHistory(
        {months, lead: 4, loss: planted, from},
        noise,
        random(`${subject} ${history}`),
      );
      const raised = watch(leads, random(`watching ${subject} ${history}`));
      for (const who of Object.keys(DETECTORS) as Detector[]) {
        const at = raised[who];
        if (planted === 0) block.observe(`alarm_${who}`, "count", at === null ? 0 : 1, {label});
        else {
          const right = at !== null && at > from;
          block.observe(`found_${who}`, "count", right ? 1 : 0, {label});
          if (right) block.observe(`delay_${who}`, "count", at - from, {label});
        }
      }
      await new Promise(setImmediate); // Ctrl-C is heard between histories
    }
    block.end();
  }
}

/** Both detectors against five people each, on real series. */
async function agree({record, dataset, random, progress}: Context<Parameters>): Promise<void> {
  const series = annotatedSeries(await dataset("tcpd"));
  const scores = new Map<string, {name: string; f1: number; covering: number}[]>();
  for (const [index, {name, columns, annotations}] of series.entries()) {
    progress(index, series.length, `finding changes in ${name}`);
    const n = columns[0]?.length ?? 0;
    const energy = eDivisive(columns, random(`energy ${name}`));
    const ranks = rankSegmentation(columns[0] as Float64Array, random(`ranks ${name}`), {
      minSize: E_DIVISIVE.minSize,
    });
    const answers = {"E-divisive": energy, ranks, "both detectors": agreed(energy, ranks)};
    for (const [detector, points] of Object.entries(answers)) {
      const places = points.map(({at}) => at);
      const own = {name, f1: f1(annotations, places), covering: covering(annotations, places, n)};
      scores.set(detector, [...(scores.get(detector) ?? []), own]);
    }
  }
  for (const [detector, own] of scores)
    filled(record.block(apart(detector, "1", {configuration: {...E_DIVISIVE, margin: MARGIN}})), (block) => {
      for (const one of own)
        for (const score of ["f1", "covering"] as const)
          block.observe(score, "score", one[score], {label: one.name, n: 5});
    });
}

/** The real history, one block per lead, and what the watch says of it. */
async function follow({parameters, record, stored, random}: Context<Parameters>): Promise<void> {
  const leads = await readLeads(
    stored("112"),
    judged.map(({metric}) => metric),
    parameters.runs,
  );
  for (const [name, own] of histories(leads)) {
    const ratios = own.map(({ratio}) => ratio);
    const points = changes(ratios, random(`changes of ${name}`)).both;
    own.forEach((lead, round) => {
      const {rival, version, scenario, profile, run, measured_at_ms} = lead;
      const configuration = {...JSON.parse(lead.configuration), scenario, profile, run, measured_at_ms};
      filled(record.block(apart(rival, version, {kind: "derived", round, configuration})), (block) => {
        block.observe("lead", "×", lead.ratio, {label: name, n: lead.n});
        block.observe("recall", "share", lead.recall, {label: name});
        block.observe("change", "count", points.includes(round) ? 1 : 0, {label: name});
        if (round === own.length - 1)
          block.observe("alarm", "count", narrowed(ratios, points) ? 1 : 0, {label: name, n: own.length});
      });
    });
  }
}

export default experiment<Parameters>({
  id: "015",
  slug: "competitive-baseline",
  title: "Competitive baseline tracking",
  asks: "Would we notice if a lead over another system were shrinking, and not cry wolf when it is not?",
  hypothesis:
    "Two detectors that must agree find a lead that loses 5 % a month in more than 95 of 100 histories, and raise an alarm in fewer than 5 of 100 clean histories of 36 months.",
  source: import.meta.url,
  datasets: ["tcpd", "benchmark-results"],
  reads: ["112"],
  systems: [],
  profiles: {
    quick: {
      histories: 200,
      months: 36,
      loss: 0.05,
      loss_from: 18,
      noise: {sigma: 0.05, wild: 0.05, factor: 4},
      runs: 36,
    },
    standard: {
      histories: 1_000,
      months: 36,
      loss: 0.05,
      loss_from: 18,
      noise: {sigma: 0.05, wild: 0.05, factor: 4},
      runs: 120,
    },
    full: {
      histories: 4_000,
      months: 36,
      loss: 0.05,
      loss_from: 18,
      noise: {sigma: 0.05, wild: 0.05, factor: 4},
      runs: 1_000,
    },
  },
  floors: [
    {metric: FALSE_ALARMS, comparison: "<", threshold: 0.05, source: SOURCE},
    {metric: FOUND, comparison: ">", threshold: 0.95, source: SOURCE},
  ],
  metrics: [
    alarms("energy"),
    alarms("ranks"),
    found("energy"),
    found("ranks"),
    {
      id: "delay",
      label: "months from the first loss to the alarm of both",
      unit: "count",
      estimator: median({of: "histories"}),
      rows: `SELECT value, label AS block FROM observations WHERE metric = 'delay_both' AND subject = '${LOSING}'`,
    },
    ...["E-divisive", "ranks", "both detectors"].flatMap((detector) => [
      agreement("f1", detector),
      agreement("covering", detector),
    ]),
  ],
  answers: [
    {
      id: "found",
      metric: FOUND,
      says: (value) => `A lead that loses 5 % a month is found in ${value} of simulated histories.`,
    },
    {
      id: "false-alarms",
      metric: FALSE_ALARMS,
      says: (value) =>
        `In 36 months without a change, an alarm is raised in ${value} of simulated histories.`,
    },
  ],
  tables: [
    {
      id: "history",
      caption:
        "Every lead that was measured, in order of time: who, in which version and configuration, at what recall",
      sql: `SELECT lead.label AS history, b.round, b.subject, b.subject_version, b.configuration, lead.value AS lead, r.value AS recall,
          lead.n, c.value AS change
        FROM observations lead JOIN blocks b USING (run, block)
        JOIN observations r ON r.run = b.run AND r.block = b.block AND r.metric = 'recall'
        JOIN observations c ON c.run = b.run AND c.block = b.block AND c.metric = 'change'
        WHERE lead.metric = 'lead' AND b.kind = 'derived' ORDER BY history, b.round`,
      units: {lead: "×", change: "count"},
    },
    {
      id: "watch",
      caption: "What the watch says of each history",
      sql: `SELECT label AS history, n AS points, CASE WHEN value = 1 THEN 'the lead has narrowed'
          WHEN n < ${2 * SEGMENT_MONTHS_MIN} THEN 'too short to tell: it needs ${2 * SEGMENT_MONTHS_MIN} runs' ELSE 'no change' END AS says
        FROM observations WHERE metric = 'alarm' ORDER BY value DESC, history`,
      units: {points: "count"},
    },
    {
      id: "delays",
      caption:
        "Simulated losing histories: share found by both detectors within so many months of the first loss",
      sql: `SELECT CAST(months.months AS INTEGER) AS months, avg(CASE WHEN delay.value <= months.months THEN 1e0 ELSE 0e0 END) AS share,
          CAST(count(*) AS INTEGER) AS n
        FROM (SELECT unnest(range(1, 19)) AS months) months
        CROSS JOIN (SELECT run, label FROM observations WHERE metric = 'found_both' AND subject = '${LOSING}') history
        LEFT JOIN (SELECT run, label, value FROM observations WHERE metric = 'delay_both') delay USING (run, label)
        GROUP BY months.months ORDER BY months.months`,
      units: {months: "count"},
    },
    {
      id: "annotators",
      caption: `Agreement with five people on each real series: F1 within ${MARGIN} observations, and covering`,
      sql: `SELECT label AS series, subject AS detector, avg(value) FILTER (WHERE metric = 'f1') AS f1,
          avg(value) FILTER (WHERE metric = 'covering') AS covering
        FROM observations WHERE metric IN ('f1', 'covering') AND label <> '' AND subject NOT IN (SELECT subject FROM blocks WHERE kind = 'cited')
        GROUP BY label, subject ORDER BY series, detector`,
      units: {f1: "score", covering: "score"},
    },
    {
      id: "cited",
      caption: "What others published: shown as it stands, never divided, averaged or compared by us",
      sql: `SELECT b.subject AS system, b.subject_version AS version, o.label AS says, o.metric, o.value, o.unit,
          json_extract_string(b.configuration, '$.recall') AS recall, json_extract_string(b.configuration, '$.date') AS date,
          json_extract_string(b.configuration, '$.url') AS url
        FROM observations o JOIN blocks b USING (run, block) WHERE b.kind = 'cited' ORDER BY b.subject, o.label, o.metric`,
      units: {},
    },
  ],
  voidIf: [],
  stops: "After the declared number of simulated histories, the 16 annotated series and the stored runs.",
  excludes: "Nothing is dropped; a stored run that today's questions cannot read gives no point.",
  threats: [
    "The simulated histories have independent noise from month to month; a machine that ages slowly has not.",
    "Their noise (5 % a month, one month in twenty four times as much) is declared, not fitted: few runs are stored yet.",
    "Runs are taken as equally spaced in time; a schedule keeps them so: npm run load -- 112 && npm run load -- 015.",
    "A change of machine moves a ratio less than a rate, but it moves it: the host of every run is in its record.",
  ],
  async measure(context) {
    await agree(context);
    await follow(context);
    for (const {system, version, says, metric, unit, value, recall, url, date} of citedFigures(
      await context.dataset("benchmark-results"),
    ))
      filled(
        context.record.block(apart(system, version, {kind: "cited", configuration: {url, date, recall}})),
        (block) => block.observe(metric, unit, value, {label: says}),
      );
    await simulate(context);
  },
});
