// wiki-Vote of the SNAP collection: who voted on whom among Wikipedia's would-be administrators, until 2008.
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import type {Dataset} from "./dataset.ts";
import type {Graph} from "./graph.ts";

export const VOTES = 103_689;
export const VOTERS = 7_115;

/** Edges of a text of `from to` lines; nodes are numbered in the order they first appear. */
export function edgeList(text: string): Graph {
  const ordinal = new Map<string, number>();
  const number = (name: string) => {
    const known = ordinal.get(name);
    if (known !== undefined) return known;
    ordinal.set(name, ordinal.size);
    return ordinal.size - 1;
  };
  const ends = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [from, to, ...more] = line.trim().split(/\s+/);
      if (from === undefined || to === undefined || more.length > 0)
        throw new TypeError(`${JSON.stringify(line)} is not an edge; a line is "from to"`);
      return [number(from), number(to)] as const;
    });
  return {
    nodes: ordinal.size,
    from: Uint32Array.from(ends, ([from]) => from),
    to: Uint32Array.from(ends, ([, to]) => to),
  };
}

/** 7,115 people, 103,689 votes. */
export function voteGraph(dataset: Dataset): Graph {
  return edgeList(gunzipSync(readFileSync(dataset.file("wiki-Vote/Wiki-Vote.PGB.txt.gz"))).toString("utf8"));
}
