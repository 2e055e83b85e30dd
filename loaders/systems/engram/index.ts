// engram in process, through its typed face: both the vectors and the graph.
import {existsSync, mkdirSync} from "node:fs";
import {join} from "node:path";
import {Engine, type Space} from "../../../native/engine.ts";
import type {GraphTraversal, System, VectorSearch} from "../system.ts";
import {card} from "./card.ts";

const BATCH = 2_000;
const LINKS_AT_ONCE = 10_000;
const RELATION = "links to";
const GRAPH_DIMENSION = 2;

function vectorSearch(): VectorSearch {
  let engine: Engine;
  let space: Space;
  let empty: Space;
  let scores = new Float32Array(0);

  const scoresFor = (out: Uint32Array) => {
    if (scores.length < out.length) scores = new Float32Array(out.length);
    return scores;
  };

  return {
    efforts: [10, 16, 24, 32, 48, 64, 96, 128, 192, 256],
    async load(vectors, dimension, directory) {
      const home = join(directory, "engram");
      const reused = existsSync(home);
      mkdirSync(home, {recursive: true});
      const count = vectors.length / dimension;
      const began = process.hrtime.bigint();
      engine = await Engine.open(home);
      space = await engine.space("vectors", {dimension});
      for (let first = space.stats().vectors; first < count; first += BATCH) {
        const end = Math.min(count, first + BATCH);
        await space.storeBatch(
          {
            ids: Array.from({length: end - first}, (_, at) => `v${first + at}`),
            embeddings: vectors.subarray(first * dimension, end * dimension),
          },
          {durability: "async"},
        );
      }
      await space.sync();
      const build_seconds = Number(process.hrtime.bigint() - began) / 1e9;
      empty = await engine.space("null", {dimension});
      await empty.store({id: "only", embedding: vectors.subarray(0, dimension)});
      return {build_seconds, reused};
    },
    cue: (query) => query,
    search(cue, k, effort, out) {
      space.recallSync({vector: cue as Float32Array, k, ef: effort}, out, scoresFor(out));
    },
    nullRequest(cue, out) {
      empty.recallSync({vector: cue as Float32Array, k: 1}, out, scoresFor(out));
    },
    size: () => space.stats().vectors,
    bytes: () => space.stats().vectorBytes + space.stats().indexBytes,
    close: () => engine.close(),
  };
}

function graphTraversal(): GraphTraversal {
  let engine: Engine;
  let space: Space;
  let names: string[] = [];
  let lone: Space;

  return {
    async load(nodes, from, to, directory) {
      const home = join(directory, "engram-graph");
      const reused = existsSync(home);
      mkdirSync(home, {recursive: true});
      names = Array.from({length: nodes}, (_, node) => `n${node}`);
      const began = process.hrtime.bigint();
      engine = await Engine.open(home);
      space = await engine.space("graph", {dimension: GRAPH_DIMENSION});
      if (!reused) {
        await space.storeBatch({ids: names}, {durability: "async"});
        for (let first = 0; first < from.length; first += LINKS_AT_ONCE) {
          const name = (node: number) => names[node] as string;
          const slice = (ends: Uint32Array) => Array.from(ends.subarray(first, first + LINKS_AT_ONCE), name);
          await space.linkBatch(
            {from: slice(from), to: slice(to), relation: RELATION},
            {durability: "async"},
          );
        }
        await space.sync();
      }
      const build_seconds = Number(process.hrtime.bigint() - began) / 1e9;
      lone = await engine.space("null", {dimension: GRAPH_DIMENSION});
      await lone.storeBatch({ids: ["only"]});
      return {build_seconds, reused};
    },
    reach: (seed, hops) => space.reachSync({id: names[seed] as string, hops}).length,
    reached: (seed, hops) =>
      Uint32Array.from(space.ids(space.reachSync({id: names[seed] as string, hops})), (id) =>
        Number(id.slice(1)),
      ),
    nullRequest() {
      lone.reachSync({id: "only", hops: 1});
    },
    size: () => space.stats().edges,
    close: () => engine.close(),
  };
}

export const system: System = {
  card,
  async prepare() {
    return {ready: true, version: card.version};
  },
  vectorSearch: async () => vectorSearch(),
  graphTraversal: async () => graphTraversal(),
};
