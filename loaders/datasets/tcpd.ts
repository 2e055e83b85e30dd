// The Turing Change Point Dataset: real series in which five people each marked the changes.
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import type {Dataset} from "./dataset.ts";

export interface Annotated {
  name: string;
  /** One per dimension, all of the same length. */
  columns: Float64Array[];
  /** Of each annotator, first observations of the new segments, 0-based. */
  annotations: number[][];
}

interface File {
  name: string;
  series: {raw: number[]}[];
}

/** All series by name. */
export function annotatedSeries(dataset: Dataset): Annotated[] {
  const marks = JSON.parse(readFileSync(dataset.file("annotations.json"), "utf8")) as Record<
    string,
    Record<string, number[]>
  >;
  return Object.keys(marks)
    .sort()
    .map((name) => {
      const text = gunzipSync(readFileSync(dataset.file(`series/${name}.json.gz`))).toString("utf8");
      const {series} = JSON.parse(text) as File;
      return {
        name,
        columns: series.map(({raw}) => Float64Array.from(raw)),
        annotations: Object.values(marks[name] ?? {}),
      };
    });
}
