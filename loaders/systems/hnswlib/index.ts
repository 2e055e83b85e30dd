// hnswlib through its npm binding: the reference implementation of HNSW (Malkov & Yashunin 2018).
import {existsSync} from "node:fs";
import {join} from "node:path";
import {installPackages, requirePackage} from "../packages.ts";
import type {System, VectorSearch} from "../system.ts";
import {card} from "./card.ts";

interface Hnsw {
  initIndex(options: {maxElements: number; m: number; efConstruction: number; randomSeed: number}): void;
  readIndexSync(file: string): void;
  writeIndexSync(file: string): void;
  addPoint(point: number[], label: number): void;
  searchKnn(query: number[], k: number): {neighbors: number[]};
  getCurrentCount(): number;
  setEf(ef: number): void;
}

interface Package {
  HierarchicalNSW: new (space: "ip", dimensions: number) => Hnsw;
}

const SEED = 100;

function vectorSearch({HierarchicalNSW}: Package): VectorSearch {
  let index: Hnsw;
  let empty: Hnsw;
  let width = 0;

  const fresh = (dimension: number, maxElements: number) => {
    const made = new HierarchicalNSW("ip", dimension);
    made.initIndex({maxElements, m: 16, efConstruction: 200, randomSeed: SEED});
    return made;
  };
  const setWidth = (ef: number) => {
    if (ef === width) return;
    index.setEf(ef);
    width = ef;
  };

  return {
    efforts: [10, 16, 24, 32, 48, 64, 96, 128, 192, 256],
    async load(vectors, dimension, directory) {
      const file = join(directory, "hnswlib.index");
      const count = vectors.length / dimension;
      const row = (at: number) => Array.from(vectors.subarray(at * dimension, (at + 1) * dimension));
      empty = fresh(dimension, 1);
      empty.addPoint(row(0), 0);
      const reused = existsSync(file);
      const began = process.hrtime.bigint();
      if (reused) {
        index = new HierarchicalNSW("ip", dimension);
        index.readIndexSync(file);
      } else {
        index = fresh(dimension, count);
        for (let at = 0; at < count; at++) index.addPoint(row(at), at);
      }
      const build_seconds = Number(process.hrtime.bigint() - began) / 1e9;
      if (!reused) index.writeIndexSync(file);
      width = 0;
      return {build_seconds, reused};
    },
    cue: (query) => Array.from(query),
    search(cue, k, effort, out) {
      setWidth(effort);
      out.set(index.searchKnn(cue as number[], k).neighbors);
    },
    nullRequest(cue, out) {
      out.set(empty.searchKnn(cue as number[], 1).neighbors);
    },
    size: () => index.getCurrentCount(),
    bytes: () => null,
    async close() {},
  };
}

export const system: System = {
  card,
  prepare: (cache, log) => installPackages(cache, card, log),
  vectorSearch: async (cache) => vectorSearch(requirePackage<Package>(cache, card.name, "hnswlib-node")),
};
