// The data of experiment 112, by name: vectors to search, graphs to walk, and both together.
import type {Dataset} from "../datasets/dataset.ts";
import type {Graph, WeightedGraph} from "../datasets/graph.ts";
import * as mnist from "../datasets/mnist.ts";
import {powerLawGraph} from "../datasets/power-law-graph.ts";
import {voteGraph} from "../datasets/snap-graphs.ts";
import {linkGraph} from "../datasets/wikispeedia.ts";
import * as minilm from "../datasets/wikispeedia-minilm.ts";
import {permutation} from "../lab/statistics/random.ts";
import {kthSimilarity} from "../lab/statistics/recall.ts";
import type {HybridData} from "./scenarios/hybrid.ts";
import type {SearchData} from "./scenarios/search.ts";
import type {WalkData} from "./scenarios/walk.ts";

export const VECTOR_SETS = ["wikispeedia-minilm", "mnist"] as const;
export type VectorSet = (typeof VECTOR_SETS)[number];
export const GRAPHS = ["wikispeedia", "snap-graphs", "power-law-graph"] as const;
export type GraphName = (typeof GRAPHS)[number];

export interface Sources {
  dataset: (name: string) => Promise<Dataset>;
  random: (stream: string) => () => number;
}

/** The first `count` vectors of a set and `queries` that are not among them, with their exact neighbours. */
export async function searchData(
  name: VectorSet,
  {count, queries, k}: {count: number; queries: number; k: number},
  {dataset}: Sources,
): Promise<SearchData> {
  const set = await dataset(name);
  const [base, asked] =
    name === "mnist"
      ? [
          {values: mnist.imageVectors(set, count), dimension: mnist.DIMENSION},
          {values: mnist.imageQueries(set, queries), dimension: mnist.DIMENSION},
        ]
      : [
          {values: minilm.passageVectors(set, count), dimension: minilm.DIMENSION},
          {
            values: minilm.queryVectors(set, "unseen").subarray(0, queries * minilm.DIMENSION),
            dimension: minilm.DIMENSION,
          },
        ];
  return {dataset: name, base, asked, kth: kthSimilarity(base, asked, k), k};
}

/** Real links have no weights: each gets one by seed, so that spreading has something to weigh. */
const WEIGHT_MIN = 0.05;
const weighted = (graph: Graph, random: () => number): WeightedGraph => ({
  nodes: graph.nodes,
  from: graph.from,
  to: graph.to,
  weight: Float32Array.from(graph.from, () => WEIGHT_MIN + (1 - WEIGHT_MIN) * random()),
});

/** Without repeated pairs: the interface knows at most one edge from a node to another. */
function simple(graph: Graph): Graph {
  const seen = new Set<number>();
  const kept = Array.from(graph.from, (_, at) => at).filter((at) => {
    const pair = (graph.from[at] as number) * graph.nodes + (graph.to[at] as number);
    if (graph.from[at] === graph.to[at] || seen.has(pair)) return false;
    seen.add(pair);
    return true;
  });
  return {
    nodes: graph.nodes,
    from: Uint32Array.from(kept, (at) => graph.from[at] as number),
    to: Uint32Array.from(kept, (at) => graph.to[at] as number),
  };
}

async function graphOf(name: GraphName, {dataset, random}: Sources): Promise<WeightedGraph> {
  const set = await dataset(name);
  if (name === "power-law-graph") {
    const draw = random("power-law edges");
    return powerLawGraph(draw, (n) => permutation(n, random("power-law places")));
  }
  const graph = name === "wikispeedia" ? linkGraph(set) : voteGraph(set);
  return weighted(simple(graph), random(`weights of ${name}`));
}

/** A graph and `count` nodes to start from, drawn uniformly. */
export async function walkData(name: GraphName, count: number, sources: Sources): Promise<WalkData> {
  const graph = await graphOf(name, sources);
  const seeds = permutation(graph.nodes, sources.random(`seeds of ${name}`)).slice(0, count);
  return {dataset: name, graph, seeds};
}

/** Passages as nodes: each leads to the next one of its article, the first one of an article to the first ones of
 *  the articles it links to. Groups are the articles' first categories. */
export async function hybridData(
  search: SearchData,
  {queries}: {queries: number},
  sources: Sources,
): Promise<HybridData> {
  const nodes = search.base.values.length / search.base.dimension;
  const passages = (await minilm.passageRows(await sources.dataset("wikispeedia-minilm"))).slice(0, nodes);
  const links = linkGraph(await sources.dataset("wikispeedia"));
  const ends: [number, number][] = [];
  const first = new Map<string, number>();
  passages.forEach(({article}, node) => {
    const before = passages[node - 1];
    if (before?.article === article) ends.push([node - 1, node]);
    else if (!first.has(article)) first.set(article, node);
  });
  links.from.forEach((article, at) => {
    const [from, to] = [article, links.to[at] as number].map((one) => first.get(links.names[one] as string));
    if (from !== undefined && to !== undefined) ends.push([from, to]);
  });
  const graph = simple({
    nodes,
    from: Uint32Array.from(ends, ([from]) => from),
    to: Uint32Array.from(ends, ([, to]) => to),
  });
  const names = [...new Set(passages.map(({category}) => category))].sort();
  const groups = Uint8Array.from(passages, ({category}) => names.indexOf(category));
  const draw = sources.random("groups asked for");
  return {
    ...search,
    asked: {...search.asked, values: search.asked.values.subarray(0, queries * search.asked.dimension)},
    kth: search.kth.subarray(0, queries),
    graph: weighted(graph, sources.random("weights of passages")),
    groups,
    wanted: Uint8Array.from({length: queries}, () => groups[Math.floor(draw() * nodes)] as number),
  };
}
