// USearch through its npm package: a single-header HNSW with its own SIMD kernels.
import {existsSync} from "node:fs";
import {join} from "node:path";
import {installPackages, requirePackage} from "../packages.ts";
import type {System, VectorSearch} from "../system.ts";
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

const THREADS = 1;
const ADD_AT_ONCE = 1_000;

function vectorSearch({Index}: Package): VectorSearch {
  let file = "";
  let dimension = 0;
  let empty: Index;
  const byWidth = new Map<number, Index>();

  const fresh = (expansion_search: number) =>
    new Index({
      dimensions: dimension,
      metric: "cos",
      quantization: "f32",
      connectivity: 16,
      expansion_add: 128,
      expansion_search,
    });
  const ofWidth = (effort: number) => {
    const found = byWidth.get(effort);
    if (found !== undefined) return found;
    const opened = fresh(effort);
    opened.load(file);
    byWidth.clear(); // one copy in memory at a time, as a user would have
    byWidth.set(effort, opened);
    return opened;
  };
  const put = (out: Uint32Array, keys: BigUint64Array) => {
    for (let at = 0; at < keys.length; at++) out[at] = Number(keys[at]);
  };

  return {
    efforts: [10, 16, 24, 32, 48, 64, 96, 128, 192, 256],
    async load(vectors, width, directory) {
      dimension = width;
      file = join(directory, "usearch.index");
      empty = fresh(10);
      empty.add(BigUint64Array.of(0n), vectors.subarray(0, dimension), THREADS);
      const reused = existsSync(file);
      const began = process.hrtime.bigint();
      if (!reused) {
        const index = fresh(64);
        const count = vectors.length / dimension;
        for (let first = 0; first < count; first += ADD_AT_ONCE) {
          const end = Math.min(count, first + ADD_AT_ONCE);
          const keys = BigUint64Array.from({length: end - first}, (_, at) => BigInt(first + at));
          index.add(keys, vectors.subarray(first * dimension, end * dimension), THREADS);
        }
        index.save(file);
      }
      return {build_seconds: Number(process.hrtime.bigint() - began) / 1e9, reused};
    },
    cue: (query) => query,
    search(cue, k, effort, out) {
      put(out, ofWidth(effort).search(cue as Float32Array, k, THREADS).keys);
    },
    nullRequest(cue, out) {
      put(out, empty.search(cue as Float32Array, 1, THREADS).keys);
    },
    size: () => ofWidth(10).size(),
    bytes: () => null,
    async close() {
      byWidth.clear();
    },
  };
}

export const system: System = {
  card,
  prepare: (cache, log) => installPackages(cache, card, log),
  vectorSearch: async (cache) => vectorSearch(requirePackage<Package>(cache, card.name, "usearch")),
};
