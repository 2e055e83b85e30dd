// The ratios of experiment 112, made from who takes part: each says what was done, against whom, and what floor it
// is held to. Above 1 engram is ahead.
import {ratioAtRecall, ratioOfMedians} from "../lab/estimators.ts";
import type {Floor, Metric} from "../lab/experiment.ts";
import {GRAPHS, VECTOR_SETS} from "./data.ts";
import {searchRatio, timeRatio} from "./rows.ts";
import {hybridOperation} from "./scenarios/hybrid.ts";
import {TARGETS} from "./scenarios/search.ts";
import {BEST, HOPS, hopOperation, spreadOperation} from "./scenarios/walk.ts";
import {BATCH_SIZES, writeOperation} from "./scenarios/write.ts";
import {type Pairing, pairings, type Subject} from "./subjects.ts";

/** Recall at which floors are judged; the other targets are shown beside it. */
export const JUDGED_RECALL = 0.95;

interface Competed {
  metric: Metric;
  floor: number | null;
  source: string;
}

const PERFORMANCE = "performance.md, Targets";
const AHEAD = {floor: 1, source: "tasks.md, 112"};

const slug = (name: string) => name.replaceAll(/[^a-z0-9]+/gi, "-");
const hopName = (hops: number) => `${hops} ${hops === 1 ? "hop" : "hops"}`;

/** Floors beyond being ahead: performance.md. */
function searchFloor({rival}: Pairing) {
  if (rival.card.name !== "qdrant") return AHEAD;
  return rival.configuration.name === "default"
    ? {floor: 4, source: PERFORMANCE}
    : {floor: 1.5, source: PERFORMANCE};
}

const WALK_FLOORS: Record<string, Record<string, Partial<Record<number, number>>>> = {
  neo4j: {embedded: {2: 20, 3: 8}, served: {2: 3, 3: 3}},
  kuzu: {embedded: {2: 100, 3: 100}},
};
/** The floors of traversal were set on this graph. */
const FLOOR_GRAPH = "power-law-graph";

function walkFloor({rival}: Pairing, graph: string, hops: number) {
  const floor = WALK_FLOORS[rival.card.name]?.[rival.configuration.form]?.[hops];
  return graph === FLOOR_GRAPH && floor !== undefined ? {floor, source: PERFORMANCE} : AHEAD;
}

function searches(subjects: readonly Subject[]): Competed[] {
  return pairings(subjects, "search").flatMap((pairing) =>
    VECTOR_SETS.flatMap((dataset) => [
      ...TARGETS.map((recall) => ({
        metric: {
          id: `search-${dataset}-${recall * 100}-${slug(pairing.rival.name)}`,
          label: `search of ${dataset} at recall@10 ${recall}: ${pairing.ours.name}'s rate over ${pairing.rival.name}'s`,
          unit: "×",
          estimator: ratioAtRecall(recall),
          compares: {
            scenario: `search ${dataset}, recall ${recall}`,
            rival: pairing.rival.name,
            ours: pairing.ours.name,
          },
          rows: searchRatio(dataset, pairing.ours.name, pairing.rival.name),
        },
        ...(recall === JUDGED_RECALL ? searchFloor(pairing) : {floor: null, source: ""}),
      })),
    ]),
  );
}

const timed = (id: string, doing: string, operation: string, {ours, rival}: Pairing): Metric => ({
  id: `${id}-${slug(rival.name)}`,
  label: `${doing}: ${rival.name}'s time over ${ours.name}'s`,
  unit: "×",
  estimator: ratioOfMedians(),
  compares: {scenario: doing, rival: rival.name, ours: ours.name},
  rows: timeRatio(operation, ours.name, rival.name),
});

function walks(subjects: readonly Subject[]): Competed[] {
  const hops = pairings(subjects, "walk").flatMap((pairing) =>
    GRAPHS.flatMap((graph) =>
      HOPS.map((depth) => ({
        metric: timed(
          `hops-${graph}-${depth}`,
          `${hopName(depth)} ${graph}`,
          hopOperation(graph, depth, BEST),
          pairing,
        ),
        ...walkFloor(pairing, graph, depth),
      })),
    ),
  );
  const spreads = pairings(subjects, "spread").flatMap((pairing) =>
    GRAPHS.map((graph) => ({
      metric: timed(`spread-${graph}`, `spreading ${graph}`, spreadOperation(graph, BEST), pairing),
      ...AHEAD,
    })),
  );
  return [...hops, ...spreads];
}

const hybrids = (subjects: readonly Subject[]): Competed[] =>
  pairings(subjects, "hybrid").map((pairing) => ({
    metric: timed("hybrid", "hybrid question", hybridOperation("wikispeedia-minilm"), pairing),
    ...AHEAD,
  }));

const writes = (subjects: readonly Subject[]): Competed[] =>
  pairings(subjects, "write").flatMap((pairing) =>
    BATCH_SIZES.map((batch) => ({
      metric: timed(
        `write-${batch}`,
        `durable writes, ${batch === 1 ? "one" : batch} at a time`,
        writeOperation(batch),
        pairing,
      ),
      ...AHEAD,
    })),
  );

/** Everything engram is compared in. */
export function competed(subjects: readonly Subject[]): {floors: Floor[]; metrics: Metric[]} {
  const all = [...searches(subjects), ...walks(subjects), ...hybrids(subjects), ...writes(subjects)];
  return {
    floors: all.flatMap(({metric, floor, source}) =>
      floor === null
        ? []
        : [{metric, comparison: floor === 1 ? (">" as const) : (">=" as const), threshold: floor, source}],
    ),
    metrics: all.flatMap(({metric, floor}) => (floor === null ? [metric] : [])),
  };
}
