// USearch through its npm package: a single-header HNSW with its own SIMD kernels.
import {existsSync, statSync} from "node:fs";
import {join} from "node:path";
import {installPackages, requirePackage} from "../packages.ts";
import type {Opening, System, VectorSearch} from "../system.ts";
import {card} from "./card.ts";

interface Index {
  add(keys: BigUint64Array, vectors: Float32Array, threads?: number): void;
  search(vectors: Float32Array, k: number, threads?: number): {keys: BigUint64Array};
  size(): number;
  save(file: string): void;
  load(file: string): void;
}

interface Package {
  Index: new (options: {
    dimensions: number;
    metric: string;
    quantization: string;
    connectivity: number;
    expansion_add: number;
    expansion_search: number;
  }) => Index;
}

const EFFORTS = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256];
const ADD_AT_ONCE = 1_000;
/** Of an index that only adds. */
const ANY_WIDTH = 64;

function vectorSearch({cache, configuration, directory, dimension, threads}: Opening): VectorSearch {
  const {Index} = requirePackage<Package>(cache, card.name, "usearch");
  const {metric, quantization, connectivity, expansion_add} = configuration.settings as {
    metric: string;
    quantization: string;
    connectivity: number;
    expansion_add: number;
  };
  const file = join(directory, "usearch.index");
  const fresh = (expansion_search: number) =>
    new Index({dimensions: dimension, metric, quantization, connectivity, expansion_add, expansion_search});
  const lone = fresh(ANY_WIDTH);
  lone.add(BigUint64Array.of(0n), new Float32Array(dimension).fill(1), 1);
  const byWidth = new Map<number, Index>();

  const ofWidth = (effort: number) => {
    const found = byWidth.get(effort);
    if (found !== undefined) return found;
    byWidth.clear(); // one copy in memory at a time, as a user would have
    const opened = fresh(effort);
    opened.load(file);
    byWidth.set(effort, opened);
    return opened;
  };
  const put = (out: Uint32Array, keys: BigUint64Array) => {
    for (let at = 0; at < keys.length; at++) out[at] = Number(keys[at]);
  };

  return {
    efforts: EFFORTS,
    async start() {
      const reused = existsSync(file);
      if (reused) ofWidth(EFFORTS[0] as number);
      return reused;
    },
    async load(vectors) {
      const index = fresh(ANY_WIDTH);
      const count = vectors.length / dimension;
      for (let first = 0; first < count; first += ADD_AT_ONCE) {
        const end = Math.min(count, first + ADD_AT_ONCE);
        const keys = BigUint64Array.from({length: end - first}, (_, at) => BigInt(first + at));
        index.add(keys, vectors.subarray(first * dimension, end * dimension), threads);
      }
      index.save(file);
    },
    async ready() {
      const held = ofWidth(EFFORTS[0] as number).size();
      return {held, indexed: held, segments: null, index_bytes: statSync(file).size};
    },
    cue: (query) => query,
    search(cue, k, effort, out) {
      put(out, ofWidth(effort).search(cue as Float32Array, k, 1).keys);
    },
    async searchBatch(queries, k, effort) {
      return Uint32Array.from(ofWidth(effort).search(queries, k, threads).keys, Number);
    },
    nullRequest(cue, out) {
      put(out, lone.search(cue as Float32Array, 1, 1).keys);
    },
    processes: () => [],
    async stop() {
      byWidth.clear();
    },
  };
}

export const system: System = {
  card,
  prepare: (cache, log) => installPackages(cache, card, log),
  vectorSearch,
};
