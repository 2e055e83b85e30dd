// Hybrid: the nearest passages, then everything within two hops of them that is of a given group.

import type {WeightedGraph} from "../../datasets/graph.ts";
import {recallAtK, rowOf} from "../../lab/statistics/recall.ts";
import type {Timed, VectorsLoaded} from "../../systems/subject.ts";
import type {HybridAnswer} from "../../systems/system.ts";
import {type Adjacency, adjacency, within} from "../traversal-truth.ts";
import {closedLoop, nothing, observeClock, type Scenario} from "../turns.ts";
import type {SearchData} from "./search.ts";

export interface HybridData extends SearchData {
  graph: WeightedGraph;
  /** Of each node: its number. */
  groups: Uint8Array;
  /** Of each query: the group it asks for. */
  wanted: Uint8Array;
}

export const hybridOperation = (dataset: string) => `hybrid ${dataset}`;
export const HYBRID_RECALL_METRIC = "hybrid_recall";
/** Recall of its first half that the hybrid question is asked at. */
export const HYBRID_RECALL = 0.95;
/** Questions asked per visit. */
export const HYBRID_QUERIES = 100;
const HOPS = 2;
const PROBE_QUERIES = 30;

interface Asked extends Timed {
  answers: HybridAnswer[];
}

/** What must follow from the hits a system found: its second half is judged apart from its first. */
function expectedOf(edges: Adjacency, groups: Uint8Array, hits: Uint32Array, group: number): number[] {
  const near = new Set<number>();
  for (const hit of hits) for (const node of within(edges, hit, HOPS)) near.add(node);
  for (const hit of hits) near.delete(hit);
  return [...near].filter((node) => groups[node] === group).sort((a, b) => a - b);
}

export function asking(
  data: HybridData,
  {null_requests}: {null_requests: number},
): Scenario<{effort: number; loaded: VectorsLoaded}> {
  const {dataset, base, asked, kth, k, graph, groups, wanted} = data;
  const {dimension} = base;
  const edges = adjacency(graph.nodes, graph.from, graph.to);
  const ask = (effort: number, queries: number) => ({
    queries: asked.values.subarray(0, queries * dimension),
    dimension,
    groups: wanted.subarray(0, queries),
    k,
    effort,
  });
  const recallOf = (answers: readonly HybridAnswer[]) =>
    answers.reduce(
      (sum, {hits}, at) => sum + recallAtK(base, rowOf(asked, at), hits, kth[at] as number, k),
      0,
    ) / answers.length;
  return {
    name: `hybrid ${dataset}`,
    dataset,
    async load(session) {
      const loaded = await session.call<VectorsLoaded>("loadHybrid", {
        vectors: base.values,
        dimension,
        edges: {nodes: graph.nodes, from: graph.from, to: graph.to, weights: graph.weight},
        groups,
      });
      for (const effort of loaded.efforts) {
        const {answers} = await session.call<Asked>("askHybrid", ask(effort, PROBE_QUERIES));
        if (recallOf(answers) >= HYBRID_RECALL) return {effort, loaded};
      }
      return {effort: loaded.efforts.at(-1) as number, loaded};
    },
    async visit(session, {effort}, block) {
      const origin = await nothing(session, block, "hybridNothing", {n: null_requests});
      const found = await session.call<Asked>("askHybrid", ask(effort, wanted.length));
      const operation = hybridOperation(dataset);
      block.requests(closedLoop(operation, found, origin));
      observeClock(block, operation, found);
      const recall = recallOf(found.answers);
      block.observe(HYBRID_RECALL_METRIC, "share", recall, {label: String(effort), n: wanted.length});
      const wrong = found.answers.findIndex(({hits, found: nodes}, at) => {
        const expected = expectedOf(edges, groups, hits, wanted[at] as number);
        const given = nodes.toSorted();
        return given.length !== expected.length || expected.some((node, place) => node !== given[place]);
      });
      if (wrong >= 0)
        block.exclude(`what it found two hops from its hits of question ${wrong} is not what lies there`);
      else if (recall < HYBRID_RECALL - 0.05)
        block.exclude(`its hits reach a recall of ${recall.toFixed(3)} only`);
    },
  };
}
