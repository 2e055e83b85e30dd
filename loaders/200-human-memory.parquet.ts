// Experiment 200: does the engine forget as people do, and is it as often right as it says?
import {mkdirSync} from "node:fs";
import {bestGaps, savings} from "./datasets/psych-memory.ts";
import {
  DIMENSION,
  PASSAGES,
  passageVectors,
  QUERY_ROWS,
  queryRows,
  queryVectors,
} from "./datasets/wikispeedia-minilm.ts";
import {CALIBRATED, KINDS, type Kind, tell} from "./human-memory/confidence.ts";
import {
  bestGap,
  fit,
  fitGain,
  gapsUpTo,
  leakage,
  leftOut,
  MODELS,
  type Model,
  mirrored,
  type Predict,
  type PredictOne,
  plainMean,
  predictLater,
  predictor,
  SPECIFIED,
} from "./human-memory/fit.ts";
import {afterGap, byDefault, type Decay, Forgetting} from "./human-memory/forgetting.ts";
import {calibrationError, differenceOfMeans, maximum, minimum, rootMeanSquare} from "./lab/estimators.ts";
import {experiment, type Metric} from "./lab/experiment.ts";
import {permutation} from "./lab/statistics/random.ts";

interface Parameters {
  /** Stored beside each other when confidence is asked for. */
  passages: number;
  /** Points of each drawn curve, and gaps that are tried between two learnings. */
  steps: number;
}

const ISSUE = "issue 4: decay curves that predict; confidence";
/** Issue 4 gives no number for decay. Half of what it allows to confidence. */
const CLOSE = 0.05;
const CLOSE_SOURCE = "issue 4 asks that curves predict; half of its .1 for confidence, set here";
const DAY_MS = 86_400_000;
/** Runs repeat the same questions: more of them are no more evidence. */
const LAST = "(SELECT max(run) FROM runs)";
const DEFAULT = "default";
const MEAN = "plain mean";
/** The model that the engine's default is one of. */
const CHOSEN = "power";
const idOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z]+/g, "-");

const errors = (metric: string, name: string) =>
  `SELECT value, split_part(label, '|', 2) AS block FROM observations WHERE metric = '${metric}' AND starts_with(label, '${name}|') AND run = ${LAST}`;

const asItIs = (name: string, label: string): Metric => ({
  id: `as-it-is-${idOf(name)}`,
  label,
  unit: "score",
  estimator: rootMeanSquare({of: "delays"}),
  rows: errors("as it is", name),
});
const byOthers = ({name}: {name: string}): Metric => ({
  id: `left-out-${idOf(name)}`,
  label: `error of savings that were left out, RMSE: ${name}`,
  unit: "score",
  estimator: rootMeanSquare({of: "delays"}),
  rows: errors("left out", name),
});
const later = (name: string): Metric => ({
  id: `later-${idOf(name)}`,
  label: `largest error at 2, 6 and 31 days, fitted up to one day: ${name}`,
  unit: "score",
  estimator: maximum({atLeast: 3, of: "delays"}),
  rows: `SELECT abs(value) AS value FROM (${errors("later", name)})`,
});
const overMean: Metric = {
  id: "over-mean",
  label: `squared error of savings that were left out: ${CHOSEN}, less that of the mean of the others`,
  unit: "score",
  estimator: differenceOfMeans({of: "delays"}),
  rows: `SELECT value * value AS value, split_part(label, '|', 2) AS block, CASE WHEN starts_with(label, '${MEAN}|') THEN 'b' ELSE 'a' END AS side
    FROM observations WHERE metric = 'left out' AND run = ${LAST} AND (starts_with(label, '${CHOSEN}|') OR starts_with(label, '${MEAN}|'))`,
};
const spacing: Metric = {
  id: "best-gap",
  label:
    "published best gaps between two learnings that the spacing model hits, its curve fitted to Ebbinghaus and its gain to the other gap (1: all)",
  unit: "score",
  estimator: minimum({atLeast: 2, of: "delays"}),
  rows: `SELECT value FROM observations WHERE metric = 'best gap hit' AND run = ${LAST}`,
};
const calibration = (kind: Kind, stage: "before" | "after"): Metric => ({
  id: `calibration-${kind}-${stage}`,
  label: `calibration error on held-out questions: ${kind}, ${stage === "after" ? "calibrated" : "as it comes"}`,
  unit: "score",
  estimator: calibrationError(),
  rows: `SELECT c.value, r.value AS found, c.label AS block FROM observations c JOIN observations r
    ON c.run = r.run AND c.block = r.block AND c.label = r.label AND r.metric = 'right:${kind}:${stage}' WHERE c.metric = 'told:${kind}:${stage}' AND c.run = ${LAST}`,
});
const stages = KINDS.flatMap((kind) =>
  (["before", "after"] as const)
    .filter((stage) => stage === "before" || CALIBRATED.includes(kind))
    .map((stage) => ({kind, stage})),
);
const judged = ({stage}: (typeof stages)[number]) => stage === "after";

const defaultFit = asItIs(
  DEFAULT,
  "error of the engine's default on the savings that it was fitted to, RMSE",
);
const blendedAfter = calibration("blended", "after");
const laterChosen = later(CHOSEN);

export default experiment<Parameters>({
  id: "200",
  slug: "human-memory",
  title: "Human memory",
  asks: "Does the engine forget as people do, at delays it was not fitted to, and is it as often right as it says?",
  hypothesis:
    "A power law fitted to Ebbinghaus' first day predicts his month; the default that was specified, an exponential of 1.96 hours, does not fit and is replaced; a stability that grows with spaced access names the published best gaps; and confidence, calibrated on half of the questions, comes true on the other half.",
  source: import.meta.url,
  sources: ["loaders/human-memory"],
  datasets: ["psych-memory", "wikispeedia-minilm"],
  systems: [],
  profiles: {
    quick: {passages: 5_000, steps: 40},
    standard: {passages: 20_000, steps: 80},
    full: {passages: 100_000, steps: 80},
  },
  floors: [
    {metric: defaultFit, comparison: "<", threshold: CLOSE, source: CLOSE_SOURCE},
    {metric: laterChosen, comparison: "<", threshold: CLOSE, source: CLOSE_SOURCE},
    {metric: overMean, comparison: "<", threshold: 0, source: ISSUE},
    {metric: spacing, comparison: ">=", threshold: 1, source: "Cepeda et al. 2008, abstract"},
    ...stages.filter(judged).map(({kind, stage}) => ({
      metric: kind === "blended" ? blendedAfter : calibration(kind, stage),
      comparison: "<" as const,
      threshold: 0.1,
      source: ISSUE,
    })),
  ],
  metrics: [
    ...MODELS.map(byOthers),
    byOthers({name: MEAN}),
    ...MODELS.filter(({name}) => name !== CHOSEN).map(({name}) => later(name)),
    ...SPECIFIED.map(({name}) => asItIs(name, `error on Ebbinghaus' savings, RMSE: ${name}`)),
    ...stages.filter((one) => !judged(one)).map(({kind, stage}) => calibration(kind, stage)),
  ],
  answers: [
    {
      id: "later",
      metric: laterChosen,
      says: (value) =>
        `Fitted to the first day of Ebbinghaus' forgetting, the engine's power law is at most ${value} off after 2, 6 and 31 days, where all that was learnt is 1.`,
    },
    {
      id: "spacing",
      metric: spacing,
      says: (value) =>
        `Of the gaps between two learnings that were published as best, the engine's spacing model hits ${value}: its curve is fitted to Ebbinghaus, its one other constant to the gap that it is not asked for.`,
    },
    {
      id: "confidence",
      metric: blendedAfter,
      says: (value) =>
        `Confidence in answers to questions that its calibration never saw is ${value} away from what comes true, on average.`,
    },
  ],
  tables: [
    {
      id: "curves",
      caption: "Savings that Ebbinghaus measured, and what the engine has left at the same delays",
      sql: `SELECT split_part(label, '|', 1) AS series, CAST(split_part(label, '|', 2) AS DOUBLE) AS delay, value AS left_over
        FROM observations WHERE metric = 'curve' AND run = ${LAST} ORDER BY series, delay`,
      units: {delay: "s", left_over: "share"},
    },
    {
      id: "models",
      caption:
        "Each model of forgetting fitted to Ebbinghaus' seven delays: its constants, its error (RMSE) on delays that it saw and on each left out, and its largest at 2, 6 and 31 days when it saw the first day alone",
      sql: `WITH e AS (SELECT metric, split_part(label, '|', 1) AS model, split_part(label, '|', 2) AS delay, avg(value) AS value FROM observations
            WHERE metric IN ('fitted', 'left out', 'later', 'as it is') GROUP BY ALL),
          p AS (SELECT split_part(label, '|', 1) AS model, max(CASE WHEN label LIKE '%|tau' THEN value END) AS tau,
            max(CASE WHEN label LIKE '%|beta' THEN value END) AS beta FROM observations WHERE metric = 'parameter' GROUP BY 1)
        SELECT model, tau / 1e3 AS tau, beta,
          sqrt(avg(CASE WHEN metric IN ('fitted', 'as it is') THEN value * value END)) AS seen,
          sqrt(avg(CASE WHEN metric = 'left out' THEN value * value END)) AS left_out,
          max(CASE WHEN metric = 'later' THEN abs(value) END) AS later
        FROM e LEFT JOIN p USING (model) GROUP BY model, tau, beta ORDER BY coalesce(left_out, seen), model`,
      units: {tau: "s", beta: "score", seen: "score", left_out: "score", later: "score"},
    },
    {
      id: "points",
      caption: `Each of Ebbinghaus' delays: measured, and predicted by the model “${CHOSEN}” from the six others`,
      sql: `SELECT split_part(s.label, '|', 1) AS delay, avg(s.value) AS measured, avg(s.value) + avg(l.value) AS predicted, avg(l.value) AS off
        FROM observations s JOIN observations l ON s.run = l.run AND l.metric = 'left out' AND l.label = '${CHOSEN}|' || s.label
        WHERE s.metric = 'measured' AND s.run = ${LAST} GROUP BY s.label, s.run ORDER BY measured DESC`,
      units: {measured: "share", predicted: "share", off: "score"},
    },
    {
      id: "gaps",
      caption:
        "The best gap between two learnings, as a share of the time until the test: published, predicted with the gain that fits the other gap, and by the engine's default gain",
      sql: `SELECT split_part(label, '|', 1) AS until_test, split_part(label, '|', 2) AS published,
          max(CASE WHEN metric = 'best gap' THEN value END) AS predicted, max(CASE WHEN metric = 'best gap gain' THEN value END) AS gain,
          max(CASE WHEN metric = 'best gap by default' THEN value END) AS by_default,
          max(CASE WHEN metric = 'best gap hit' THEN value END) = 1 AS hit
        FROM observations WHERE starts_with(metric, 'best gap') AND run = ${LAST} GROUP BY label ORDER BY label`,
      units: {predicted: "×", gain: "score", by_default: "×"},
    },
    {
      id: "gap-curves",
      caption: "What the engine has left at the test, by the gap between two learnings (default gain)",
      sql: `SELECT split_part(o.label, '|', 1) AS until_test, CAST(split_part(o.label, '|', 2) AS DOUBLE) AS gap, o.value AS left_over,
          o.value - first_value(o.value) OVER (PARTITION BY split_part(o.label, '|', 1) ORDER BY CAST(split_part(o.label, '|', 2) AS DOUBLE)) AS more,
          p.low, p.high
        FROM observations o JOIN (SELECT split_part(label, '|', 1) AS test, max(CASE WHEN metric = 'published best gap, from' THEN value END) AS low,
            max(CASE WHEN metric = 'published best gap, to' THEN value END) AS high FROM observations WHERE run = ${LAST} AND starts_with(metric, 'published') GROUP BY 1) AS p
          ON p.test = split_part(o.label, '|', 1)
        WHERE o.metric = 'gap left' AND o.run = ${LAST} ORDER BY until_test, gap`,
      units: {gap: "s", left_over: "share", more: "share", low: "s", high: "s"},
    },
    {
      id: "calibration",
      caption: "Answers of both memories to held-out questions: what was told, and how often it came true",
      sql: (["before", "after"] as const)
        .map(
          (
            stage,
          ) => `SELECT '${stage === "after" ? "calibrated" : "as it comes"}' AS confidence, avg(told) AS told, avg(hit) AS came_true, count(*) AS questions FROM (
            SELECT c.value AS told, r.value AS hit, ntile(10) OVER (ORDER BY c.value, c.label) AS bin
            FROM observations c JOIN observations r ON c.run = r.run AND c.block = r.block AND c.label = r.label AND r.metric = 'right:blended:${stage}'
            WHERE c.metric = 'told:blended:${stage}' AND c.run = ${LAST}) GROUP BY bin`,
        )
        .join(" UNION ALL ")
        .concat(" ORDER BY confidence, told"),
      units: {told: "share", came_true: "share", questions: "count"},
    },
    {
      id: "kinds",
      caption: "Held-out questions by kind: how many were answered, how sure and how right",
      sql: `SELECT split_part(c.metric, ':', 2) AS kind, CASE split_part(c.metric, ':', 3) WHEN 'after' THEN 'calibrated' ELSE 'as it comes' END AS confidence,
          count(*) AS answered, avg(c.value) AS told, avg(r.value) AS came_true
        FROM observations c JOIN observations r ON c.run = r.run AND c.block = r.block AND c.label = r.label AND r.metric = 'right' || substr(c.metric, 5)
        WHERE starts_with(c.metric, 'told:') AND c.run = ${LAST} GROUP BY ALL ORDER BY kind, confidence`,
      units: {answered: "count", told: "share", came_true: "share"},
    },
  ],
  voidIf: [
    {
      id: "leak",
      says: "a held-out point had a part in its own prediction, or the planted leak was not seen",
      violations: `SELECT 'run ' || run || ': ' || metric || ' ' || value AS reason FROM observations
        WHERE (metric = 'leak' AND value > 1e-9) OR (metric = 'planted leak' AND value <= 1e-3)
        UNION ALL SELECT 'run ' || run || ' never looked for a leak' FROM runs WHERE run NOT IN (SELECT run FROM observations WHERE metric = 'leak')`,
    },
    {
      id: "mirrored",
      says: "savings at mirrored delays, which rise with time, were predicted as well as the real ones",
      violations: `SELECT 'run ' || run || ': error ' || real || ', mirrored ' || mirrored AS reason FROM (
          SELECT run, sum(CASE WHEN metric = 'left out' THEN value * value END) AS real,
            sum(CASE WHEN metric = 'mirrored' THEN value * value END) AS mirrored
          FROM observations WHERE starts_with(label, '${CHOSEN}|') GROUP BY run)
        WHERE mirrored IS NULL OR mirrored < 2 * real`,
    },
    {
      id: "swapped",
      says: "best gaps that were given to each other's tests, which no study found, were predicted as well",
      violations: `SELECT 'run ' || run || ': ' || count(value) || ' looked at, worst ' || coalesce(min(value), -1) AS reason FROM (
          SELECT r.run, o.value FROM runs r LEFT JOIN observations o ON o.run = r.run AND o.metric = 'swapped best gap hit')
        GROUP BY run HAVING count(value) = 0 OR min(value) = 1`,
    },
    {
      id: "asked",
      says: "no question was held out, or none of them had its answer stored",
      violations: `SELECT 'run ' || run AS reason FROM runs
        WHERE run NOT IN (SELECT run FROM observations WHERE metric = 'right:recognise:before' GROUP BY run HAVING min(value) = 0 AND max(value) = 1)`,
    },
  ],
  stops: "After every model was fitted with each point left out, and every question asked.",
  excludes: "Nothing. Completions below the engine's gate are no answers, and are counted as such.",
  threats: [
    "Ebbinghaus' savings are one person's, at seven delays, of nonsense syllables; the seven are few for two parameters.",
    "The form of the power law and the threshold of .05 were chosen after a look at these seven points; only what was left out, or came later, speaks of prediction.",
    "The seven values were read from copies that agree, not from the table itself.",
    "Savings of work are taken for the share of a memory that is left, which nobody can measure.",
    "Cepeda et al. give ranges for two delays in their abstract; their 26 cells were not to be had.",
    "How much an access adds to stability cannot be fitted to learning once: it is fitted to one published best gap and asked for the other; there are two.",
    "The form of the spacing model was chosen among several after a look at both best gaps; its default gain lies between what fits the one and what fits the other.",
    "Cues are passages with three words in four left out; confidence on other noise may be worse.",
    "The calibration is fitted to as many stored as unknown passages; where hardly anything asked for is stored, it says too much.",
  ],
  async measure({
    parameters: {passages, steps},
    dataset,
    scratch,
    record,
    progress,
    signal,
    random,
    openEngine,
  }) {
    const published = await dataset("psych-memory");
    const points = savings(published);
    const {gaps, longest_ms} = bestGaps(published);
    const start = (subject: string, configuration: Record<string, unknown>) =>
      record.block({
        ...{subject, subject_version: "0.1.0", configuration, position: 0, round: 0},
        ...{temperature: "warm", schedule: "none"},
      });

    const forgetting = start("forgetting", {durability: "async"});
    mkdirSync(`${scratch}/forgetting`);
    const engine = await openEngine(`${scratch}/forgetting`);
    const delays = points.map(({delay_ms}) => delay_ms);
    const seen = (name: string, metric: string, shares: readonly number[], of = points) => {
      for (const [i, {label, saved}] of of.entries())
        forgetting.observe(metric, "share", (shares[i] as number) - saved, {label: `${name}|${label}`});
    };
    const drawn = Array.from(
      {length: steps},
      (_, i) =>
        (delays[0] as number) * ((delays.at(-1) as number) / (delays[0] as number)) ** (i / (steps - 1)),
    );
    const draw = (series: string, at: readonly number[], shares: readonly number[]) => {
      for (const [i, delay] of at.entries())
        forgetting.observe("curve", "share", shares[i] as number, {label: `${series}|${delay / 1_000}`});
    };
    for (const {label, saved} of points) forgetting.observe("measured", "share", saved, {label});
    draw(
      "Ebbinghaus 1885",
      delays,
      points.map(({saved}) => saved),
    );
    seen(DEFAULT, "as it is", await byDefault(engine, delays));
    draw("engram, default", drawn, await byDefault(engine, drawn));
    for (const {name, accesses, decay} of SPECIFIED) {
      const memory = await Forgetting.begin(engine, accesses);
      seen(name, "as it is", await memory.retention(decay, delays));
      draw(name, drawn, await memory.retention(decay, drawn));
    }

    const late = points.filter(({delay_ms}) => delay_ms > DAY_MS);
    const heldOut = async (name: string, predict: Predict) => {
      for (const [out, {label, saved}] of points.entries()) {
        signal.throwIfAborted();
        forgetting.observe("left out", "share", (await leftOut(points, out, predict)) - saved, {
          label: `${name}|${label}`,
        });
      }
      seen(name, "later", await predictLater(points, DAY_MS, predict), late);
    };
    await heldOut(MEAN, plainMean);
    const fitted = new Map<string, Decay>();
    for (const [at, model] of MODELS.entries()) {
      progress(at, MODELS.length + 5, `fitting: ${model.name}`);
      const memory = await Forgetting.begin(engine, model.accesses);
      const curve = memory.retention.bind(memory);
      const best = await fit(model, curve, points);
      fitted.set(model.name, best);
      seen(model.name, "fitted", await curve(best, delays));
      const {tau = best.powerTau as number, beta} = best;
      forgetting.observe("parameter", "ms", tau, {label: `${model.name}|tau`});
      if (beta !== undefined) forgetting.observe("parameter", "score", beta, {label: `${model.name}|beta`});
      await heldOut(model.name, predictor(model, curve));
    }

    // Planted: a curve that rises again, and a prediction that was shown its own answer.
    progress(MODELS.length, MODELS.length + 5, "planting faults");
    const chosen = MODELS.find(({name}) => name === CHOSEN) as Model;
    const memory = await Forgetting.begin(engine, chosen.accesses);
    const predict = predictor(chosen, memory.retention.bind(memory));
    const turned = mirrored(points);
    for (const [out, {saved}] of turned.entries())
      forgetting.observe("mirrored", "share", (await leftOut(turned, out, predict)) - saved, {
        label: `${CHOSEN}|${points[out]?.label}`,
      });
    forgetting.observe("leak", "share", await leakage(points, (all, out) => leftOut(all, out, predict)));
    const shown: PredictOne = async (all, out) =>
      (await predict(all, [(all[out] as (typeof all)[number]).delay_ms]))[0] as number;
    forgetting.observe("planted leak", "share", await leakage(points, shown));

    progress(MODELS.length + 1, MODELS.length + 5, "spacing two learnings");
    const law = fitted.get(CHOSEN) as Decay;
    const tried = gapsUpTo(longest_ms, steps);
    const decayOf = (gain?: number): Decay => ({
      ...law,
      model: "spacing",
      ...(gain === undefined ? {} : {spacingGain: gain}),
    });
    /** Of the time until the test; all is lost nowhere, so there is one. */
    const bestShare = async (delay_ms: number, gain?: number) => {
      signal.throwIfAborted();
      const best = await bestGap(tried, (gap) => afterGap(engine, decayOf(gain), gap, delay_ms));
      return (best?.gap_ms ?? Number.NaN) / delay_ms;
    };
    const within = (share: number, {low, high}: {low: number; high: number}) =>
      share >= low && share <= high ? 1 : 0;
    for (const [at, one] of gaps.entries()) {
      const {label, low, high, delay_ms} = one;
      const other = gaps[(at + 1) % gaps.length] as (typeof gaps)[number];
      const named = {label: `${label}|${low} to ${high}`};
      const gain = await fitGain((gain) => bestShare(other.delay_ms, gain), other);
      const share = await bestShare(delay_ms, gain);
      forgetting.observe("best gap", "×", share, named);
      forgetting.observe("best gap gain", "score", gain, named);
      forgetting.observe("best gap by default", "×", await bestShare(delay_ms), named);
      forgetting.observe("best gap hit", "count", within(share, one), named);
      // Planted: each test with the other's gaps.
      const swapped = await fitGain((gain) => bestShare(other.delay_ms, gain), one);
      const hit = within(await bestShare(delay_ms, swapped), other);
      forgetting.observe("swapped best gap hit", "count", hit, named);
      forgetting.observe("published best gap, from", "s", (low * delay_ms) / 1_000, {label});
      forgetting.observe("published best gap, to", "s", (high * delay_ms) / 1_000, {label});
      for (const gap of tried)
        forgetting.observe("gap left", "share", await afterGap(engine, decayOf(), gap, delay_ms), {
          label: `${label}|${gap / 1_000}`,
        });
    }
    await engine.close();
    forgetting.end();

    const set = await dataset("wikispeedia-minilm");
    const rows = await queryRows(set, "cue25");
    const [first] = QUERY_ROWS.cue25;
    const cues = queryVectors(set, "cue25");
    const order = permutation(rows.length, random("half of the questions"));
    const asked = Array.from(order, (row) => rows[row] as (typeof rows)[number]);
    // Every other question's passage is stored; the rest of the store is what no question asks for.
    const known = [...new Set(asked.filter((_, i) => i % 2 === 0).map(({answer_id}) => answer_id as number))];
    const asksFor = new Set(asked.map(({answer_id}) => answer_id));
    const others = permutation(PASSAGES, random("other passages")).filter((id) => !asksFor.has(id));
    const stored = [...known, ...others.slice(0, Math.max(0, passages - known.length))];
    const place = new Map(stored.map((id, at) => [id, at]));
    const gather = (values: Float32Array, which: readonly number[]) => {
      const taken = new Float32Array(which.length * DIMENSION);
      for (const [at, one] of which.entries())
        taken.set(values.subarray(one * DIMENSION, (one + 1) * DIMENSION), at * DIMENSION);
      return taken;
    };
    const confidence = start("confidence", {
      durability: "async",
      k: 10,
      exact: true,
      passages: stored.length,
    });
    mkdirSync(`${scratch}/confidence`);
    const other = await openEngine(`${scratch}/confidence`);
    const told = await tell(
      other,
      {
        dimension: DIMENSION,
        passages: gather(passageVectors(set), stored),
        questions: gather(
          cues,
          asked.map(({row}) => row - first),
        ),
        answers: Int32Array.from(asked, ({answer_id}) => place.get(answer_id as number) ?? -1),
        held_out: Uint8Array.from(asked, (_, i) => (i % 4 < 2 ? 0 : 1)),
      },
      (done, doing) => {
        signal.throwIfAborted();
        progress(MODELS.length + 2 + 3 * done, MODELS.length + 5, doing);
      },
    );
    await other.close();
    for (const {kind, stage, held_out, question, probability, right} of told) {
      if (!held_out) continue;
      const label = String(asked[question]?.row);
      confidence.observe(`told:${kind}:${stage}`, "share", probability, {label});
      confidence.observe(`right:${kind}:${stage}`, "share", right ? 1 : 0, {label});
    }
    confidence.end();
  },
});
