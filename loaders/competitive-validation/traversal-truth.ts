// What a right traversal answers: breadth-first search and spreading over plain arrays, by none of the systems
// under test.
import {NOTHING, SPREAD_DECAY} from "../systems/system.ts";

export interface Adjacency {
  first: Uint32Array;
  to: Uint32Array;
  /** Of each edge; all 1 where none was given. */
  weight: Float32Array;
}

export function adjacency(
  nodes: number,
  from: Uint32Array,
  to: Uint32Array,
  weights: Float32Array = new Float32Array(to.length).fill(1),
): Adjacency {
  const first = new Uint32Array(nodes + 1);
  for (const node of from) first[node + 1] = (first[node + 1] as number) + 1;
  for (let node = 0; node < nodes; node++)
    first[node + 1] = (first[node + 1] as number) + (first[node] as number);
  const place = first.slice();
  const ends = new Uint32Array(to.length);
  const weight = new Float32Array(to.length);
  from.forEach((node, at) => {
    const slot = place[node] as number;
    ends[slot] = to[at] as number;
    weight[slot] = weights[at] as number;
    place[node] = slot + 1;
  });
  return {first, to: ends, weight};
}

/** Distinct nodes within 1…hops of the seed along edges, without the seed. */
export function within({first, to}: Adjacency, seed: number, hops: number): Uint32Array {
  const seen = new Set([seed]);
  let frontier = [seed];
  for (let hop = 0; hop < hops; hop++) {
    const next: number[] = [];
    for (const node of frontier)
      for (const end of to.subarray(first[node], first[node + 1]))
        if (!seen.has(end)) {
          seen.add(end);
          next.push(end);
        }
    frontier = next;
  }
  seen.delete(seed);
  return Uint32Array.from(seen);
}

/** Activation of every node but the seed after two steps: Σ w·e^(−decay) over s→b and Σ w₁·w₂·e^(−3·decay) over
 *  s→m→b (engine.md, "Spreading"). */
export function spreadFrom({first, to, weight}: Adjacency, seed: number): Map<number, number> {
  const activation = new Map<number, number>();
  const add = (node: number, by: number) => activation.set(node, (activation.get(node) ?? 0) + by);
  const edges = (node: number, each: (end: number, weight: number) => void) => {
    for (let at = first[node] as number; at < (first[node + 1] as number); at++)
      each(to[at] as number, weight[at] as number);
  };
  const [once, twice] = [Math.exp(-SPREAD_DECAY), Math.exp(-3 * SPREAD_DECAY)];
  edges(seed, (middle, w1) => {
    add(middle, w1 * once);
    edges(middle, (end, w2) => add(end, w1 * w2 * twice));
  });
  activation.delete(seed);
  return activation;
}

/** Half of bfloat16's last place, twice over: two stored weights meet in one product. */
export const SPREAD_TOLERANCE = 2 ** -7;

/** Whether an answer is as good as the true one: as many distinct nodes, each at least as active as the last true
 *  one. Stored weights may be rounded, so that near ties may change places. */
export function agreesWithSpread(truth: ReadonlyMap<number, number>, answer: Uint32Array): boolean {
  const given = answer.filter((node) => node !== NOTHING);
  const expected = [...truth.values()].sort((a, b) => b - a).slice(0, answer.length);
  const least = (expected.at(-1) ?? 0) * (1 - SPREAD_TOLERANCE);
  return (
    new Set(given).size === expected.length &&
    given.length === expected.length &&
    given.every((node) => (truth.get(node) ?? 0) >= least)
  );
}
