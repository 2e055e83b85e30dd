// hnswlib through its npm binding: the reference implementation of HNSW (Malkov & Yashunin 2018).
import {existsSync, statSync} from "node:fs";
import {join} from "node:path";
import {installPackages, requirePackage} from "../packages.ts";
import type {Opening, System, VectorSearch} from "../system.ts";
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

function vectorSearch({cache, configuration, directory, dimension}: Opening): VectorSearch {
  const {HierarchicalNSW} = requirePackage<Package>(cache, card.name, "hnswlib-node");
  const {M, efConstruction} = configuration.settings as {M: number; efConstruction: number};
  const file = join(directory, "hnswlib.index");
  let index = new HierarchicalNSW("ip", dimension);
  const lone = fresh(1);
  lone.addPoint(new Array(dimension).fill(1), 0);
  let width = 0;

  function fresh(maxElements: number): Hnsw {
    const made = new HierarchicalNSW("ip", dimension);
    made.initIndex({maxElements, m: M, efConstruction, randomSeed: SEED});
    return made;
  }
  const setWidth = (ef: number) => {
    if (ef === width) return;
    index.setEf(ef);
    width = ef;
  };

  return {
    efforts: [10, 16, 24, 32, 48, 64, 96, 128, 192, 256],
    async start() {
      const reused = existsSync(file);
      if (reused) index.readIndexSync(file);
      return reused;
    },
    async load(vectors) {
      const count = vectors.length / dimension;
      index = fresh(count);
      for (let at = 0; at < count; at++)
        index.addPoint(Array.from(vectors.subarray(at * dimension, (at + 1) * dimension)), at);
      index.writeIndexSync(file);
    },
    async ready() {
      const held = index.getCurrentCount();
      return {held, indexed: held, segments: null, index_bytes: statSync(file).size};
    },
    cue: (query) => Array.from(query),
    search(cue, k, effort, out) {
      setWidth(effort);
      out.set(index.searchKnn(cue as number[], k).neighbors);
    },
    nullRequest(cue, out) {
      out.set(lone.searchKnn(cue as number[], 1).neighbors);
    },
    processes: () => [],
    async stop() {},
  };
}

export const system: System = {
  card,
  prepare: (cache, log) => installPackages(cache, card, log),
  vectorSearch,
};
