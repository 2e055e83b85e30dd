// Walks: the distinct nodes within one to three hops, and weighted spreading over two; each answer against a
// truth that none of the systems computed.

import type {WeightedGraph} from "../../datasets/graph.ts";
import type {BlockRecorder} from "../../lab/measure/recorder.ts";
import {answersSha256, type GraphLoaded, type Timed} from "../../systems/subject.ts";
import type {Session} from "../session.ts";
import {type Adjacency, adjacency, agreesWithSpread, spreadFrom, within} from "../traversal-truth.ts";
import {closedLoop, nothing, observeClock, type Scenario} from "../turns.ts";

export interface WalkData {
  dataset: string;
  graph: WeightedGraph;
  seeds: Uint32Array;
}

export const HOPS = [1, 2, 3];
export const SPREAD_LIMIT = 10;
/** Spreading goes as far as this many hops, and costs about as much. */
const SPREAD_HOPS = 2;
export const hopOperation = (dataset: string, hops: number, wording: string) =>
  `walk ${dataset} hops=${hops} ${wording}`;
export const spreadOperation = (dataset: string, wording: string) => `spread ${dataset} ${wording}`;
/** How the best known wording of each system is called in records: what ratios are made of. */
export const BEST = "best";

/** Seeds whose reached nodes are compared one by one; of all others the count is compared. */
const SEEDS_COMPARED = 5;
/** Seeds that everyone walks from, however slow. */
const SEEDS_MIN = 8;
/** Seeds that tell what a walk costs. */
const SEEDS_PROBED = 3;

interface Truth {
  edges: Adjacency;
  /** Per depth and seed, the nodes. */
  reached: Uint32Array[][];
  compared: Uint32Array;
  sha256: string;
  /** Activation of every node a seed's spreading reaches. */
  spread: Map<number, number>[];
}

function truthOf({graph, seeds}: WalkData): Truth {
  const edges = adjacency(graph.nodes, graph.from, graph.to, graph.weight);
  const reached = HOPS.map((hops) => Array.from(seeds, (seed) => within(edges, seed, hops)));
  const compared = seeds.slice(0, SEEDS_COMPARED);
  const sha256 = answersSha256(
    HOPS.flatMap((hops, depth) =>
      Array.from(compared, (seed, at) => ({seed, hops, nodes: reached[depth]?.[at] as Uint32Array})),
    ),
  );
  return {edges, reached, compared, sha256, spread: Array.from(seeds, (seed) => spreadFrom(edges, seed))};
}

export interface WalkLimits {
  null_requests: number;
  /** The best wording of each system alone, or every other beside it. */
  wordings: "best" | "all";
  /** Time that a pass over the seeds may take; who needs longer walks from fewer, the same first ones. */
  walk_ms: number;
}

interface Walking extends GraphLoaded {
  /** Seeds per operation that fit into the time of a pass. */
  seedsOf: Map<string, number>;
}

/** `best` for the first, the wording's own name for every other. */
const named = (wordings: readonly string[], which: WalkLimits["wordings"]) =>
  wordings
    .slice(0, which === "best" ? 1 : wordings.length)
    .map((wording, index) => ({wording, name: index === 0 ? BEST : wording}));

/** Loads the graph, with all the threads the session has; later starts open it. */
export function buildingGraph({dataset, graph}: WalkData): Scenario<GraphLoaded> {
  return {
    name: `build ${dataset}`,
    dataset,
    load: (session) => loadInto(session, graph),
    async visit(_session, {indexed, build_seconds, ready_seconds}, block) {
      block.observe("edges", "count", indexed, {label: dataset});
      block.observe("load_seconds", "s", build_seconds + ready_seconds, {label: dataset});
    },
  };
}

const loadInto = (session: Session, graph: WeightedGraph) =>
  session.call<GraphLoaded>("loadGraph", {
    edges: {nodes: graph.nodes, from: graph.from, to: graph.to, weights: graph.weight},
  });

export function walking(
  data: WalkData,
  {null_requests, wordings: which, walk_ms}: WalkLimits,
): Scenario<Walking> {
  const {dataset, graph, seeds} = data;
  const truth = truthOf(data);

  async function checkAnswers(
    call: (method: string, input: object) => Promise<{sha256: string}>,
    wording: string,
    block: BlockRecorder,
  ) {
    const {sha256} = await call("reached", {seeds: truth.compared, hops: HOPS, wording});
    block.answers(sha256, truth.compared.length * HOPS.length);
    if (sha256 !== truth.sha256)
      block.exclude(`its answers (${wording}) differ from a plain breadth-first search`);
  }

  return {
    name: `walk ${dataset}`,
    dataset,
    async load(session) {
      const loaded = await loadInto(session, graph);
      const seedsOf = new Map<string, number>();
      for (const {wording, name} of named(loaded.wordings, which))
        for (const hops of HOPS) {
          const probed = seeds.subarray(0, SEEDS_PROBED);
          const {start_ns, end_ns} = await session.call<Timed>("reach", {
            seeds: probed,
            hops,
            wording,
            probe: true,
          });
          const least = Math.min(...end_ns.map((end, at) => end - (start_ns[at] as number)));
          const fit = Math.max(SEEDS_MIN, Math.floor((walk_ms * 1e6) / least));
          seedsOf.set(hopOperation(dataset, hops, name), Math.min(fit, seeds.length));
        }
      return {...loaded, seedsOf};
    },
    async visit(session, {indexed, wordings, spreads, seedsOf}, block) {
      block.observe("edges", "count", indexed, {label: dataset});
      if (indexed < graph.from.length) block.exclude(`it holds ${indexed} of ${graph.from.length} edges`);
      const origin = await nothing(session, block, "reachNothing", {n: null_requests});
      for (const {wording, name} of named(wordings, which)) {
        await checkAnswers((method, input) => session.call(method, input), wording, block);
        for (const [depth, hops] of HOPS.entries()) {
          const operation = hopOperation(dataset, hops, name);
          const found = await session.call<Timed & {counts: Uint32Array}>("reach", {
            seeds: seeds.subarray(0, seedsOf.get(operation)),
            hops,
            wording,
          });
          block.requests(closedLoop(operation, found, origin));
          observeClock(block, operation, found);
          if (found.counts.some((count, at) => count !== truth.reached[depth]?.[at]?.length))
            block.exclude(`its counts of ${hops} hops (${wording}) differ from a plain breadth-first search`);
        }
        if (!spreads) continue;
        const asked = seeds.subarray(0, seedsOf.get(hopOperation(dataset, SPREAD_HOPS, name)));
        const found = await session.call<Timed & {ordinals: Uint32Array}>("spread", {
          seeds: asked,
          limit: SPREAD_LIMIT,
          wording,
        });
        const operation = spreadOperation(dataset, name);
        block.requests(closedLoop(operation, found, origin));
        observeClock(block, operation, found);
        const wrong = asked.findIndex(
          (_, at) =>
            !agreesWithSpread(
              truth.spread[at] as Map<number, number>,
              found.ordinals.subarray(at * SPREAD_LIMIT, (at + 1) * SPREAD_LIMIT),
            ),
        );
        if (wrong >= 0)
          block.exclude(`its spreading (${wording}) from node ${seeds[wrong]} has others on top`);
      }
    },
  };
}
