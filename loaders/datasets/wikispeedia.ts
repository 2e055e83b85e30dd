// The link graph of Wikispeedia: articles as nodes 0…n-1 in the order of articles.tsv, links as edges.
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import type {Dataset} from "./dataset.ts";
import type {Graph} from "./graph.ts";

function table(dataset: Dataset, file: string): string[] {
  const text = gunzipSync(readFileSync(dataset.file(file))).toString("utf8");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

/** `names`: titles of the nodes. */
export function linkGraph(dataset: Dataset): Graph & {names: string[]} {
  const names = table(dataset, "articles.tsv.gz");
  const ordinal = new Map(names.map((name, index) => [name, index]));
  const links = table(dataset, "links.tsv.gz").map((line) =>
    line.split("\t").map((name) => ordinal.get(name)),
  );
  const known = links.filter(
    (link): link is [number, number] => link[0] !== undefined && link[1] !== undefined,
  );
  return {
    nodes: names.length,
    from: Uint32Array.from(known, ([from]) => from),
    to: Uint32Array.from(known, ([, to]) => to),
    names,
  };
}
