// A synthetic graph with power-law degrees, for a size that the real ones here do not have: endpoints are drawn
// in proportion to given expected degrees (Chung & Lu 2002, Annals of Combinatorics 6:125), without loops or twins.
import type {WeightedGraph} from "./graph.ts";

export const NODES = 100_000;
export const EDGES = 1_000_000;
/** Exponent of the degree distribution; between 2 and 3 in most measured networks (Newman 2003, table II). */
const EXPONENT = 3;
/** Ranks before the first that no node takes: bounds the largest degree (about 300 of 1,000,000 edges). */
const OFFSET = 30;
const WEIGHT_MIN = 0.05;

/** Running sums of expected degrees, in the order of `places`. */
function cumulative(nodes: number): Float64Array {
  let sum = 0;
  return Float64Array.from({length: nodes}, (_, rank) => (sum += (rank + OFFSET) ** (-1 / (EXPONENT - 1))));
}

/** The first place whose running sum exceeds `target`. */
function search(sums: Float64Array, target: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `edges` distinct directed edges among `nodes`. `shuffle(n)` gives 0…n − 1 in random order; a hub is one of both
 *  ends. Throws where so many distinct edges cannot be. */
export function powerLawGraph(
  random: () => number,
  shuffle: (n: number) => Uint32Array,
  {nodes = NODES, edges = EDGES} = {},
): WeightedGraph {
  if (edges > (nodes * (nodes - 1)) / 4)
    throw new RangeError(`${edges} edges among ${nodes} nodes leave too little choice; ask for fewer`);
  const sums = cumulative(nodes);
  const total = sums[nodes - 1] as number;
  const places = shuffle(nodes);
  const [from, to] = [new Uint32Array(edges), new Uint32Array(edges)];
  const taken = new Set<number>();
  while (taken.size < edges) {
    const source = places[search(sums, random() * total)] as number;
    const target = places[search(sums, random() * total)] as number;
    const twin = source * nodes + target;
    if (source === target || taken.has(twin)) continue;
    from[taken.size] = source;
    to[taken.size] = target;
    taken.add(twin);
  }
  return {nodes, from, to, weight: Float32Array.from(from, () => WEIGHT_MIN + (1 - WEIGHT_MIN) * random())};
}
