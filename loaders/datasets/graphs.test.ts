import assert from "node:assert/strict";
import {test} from "node:test";
import {permutation, stream} from "../lab/statistics/random.ts";
import {contentSha256, registered} from "./lookup.ts";
import {powerLawGraph} from "./power-law-graph.ts";
import {edgeList} from "./snap-graphs.ts";

const made = (seed: number) =>
  powerLawGraph(stream(seed, "edges"), (n) => permutation(n, stream(seed, `places ${n}`)), {
    nodes: 2_000,
    edges: 20_000,
  });

test("the same seed makes the same graph, another seed another", () => {
  assert.deepEqual(made(1), made(1));
  assert.notDeepEqual(made(1).to, made(2).to);
});

test("a made graph has as many distinct edges as asked, none from a node to itself", () => {
  const {from, to, weight} = made(1);
  const distinct = new Set(Array.from(from, (node, edge) => `${node} ${to[edge]}`));
  assert.equal(distinct.size, 20_000);
  assert.ok(from.every((node, edge) => node !== to[edge]));
  assert.ok(weight.every((value) => value > 0 && value <= 1));
});

test("its degrees fall as a power law: the highest twentieth holds a seventh of the edges", () => {
  const degree = new Uint32Array(2_000);
  for (const node of made(1).to) degree[node] = (degree[node] as number) + 1;
  const most = degree.toSorted().slice(-100);
  // Expected of the first 100 of 2,000 at exponent 3 and offset 30: (√130 − √30) / (√2030 − √30) = .15; were all
  // expected degrees equal, the hundred largest would hold about .08.
  const share = most.reduce((sum, value) => sum + value, 0) / 20_000;
  assert.ok(share > 0.13 && share < 0.2, String(share));
});

test("a set that is made is named by its seed, not by files", () => {
  assert.match(contentSha256(registered("power-law-graph")), /^synthetic:\d+$/);
});

test("an edge list numbers its nodes in the order they appear, and refuses what is no edge", () => {
  assert.deepEqual(edgeList("# votes\n30\t1412\n1412 7\n"), {
    nodes: 3,
    from: Uint32Array.of(0, 1),
    to: Uint32Array.of(1, 2),
  });
  assert.throws(() => edgeList("30 1412 5\n"), /is not an edge/);
});
