// Vectors and edges as files that the benchmarks read: little-endian, row-major, nothing but the values.
import {closeSync, openSync, writeSync} from "node:fs";
import type {WeightedGraph} from "../datasets/graph.ts";

/** Writes typed arrays one after the other; returns the path. */
export function writeArrays(path: string, arrays: readonly (Float32Array | Uint32Array)[]): string {
  const file = openSync(path, "w");
  try {
    for (const {buffer, byteOffset, byteLength} of arrays)
      for (let at = 0; at < byteLength; )
        at += writeSync(file, new Uint8Array(buffer, byteOffset + at, byteLength - at));
  } finally {
    closeSync(file);
  }
  return path;
}

export const writeGraph = (path: string, {nodes, from, to, weight}: WeightedGraph): string =>
  writeArrays(path, [Uint32Array.of(nodes, from.length), from, to, weight]);
