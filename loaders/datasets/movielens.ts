// MovieLens ml-latest-small: ratings in time order and movies, as columns.
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import type {Dataset} from "./dataset.ts";

export interface Ratings {
  user: Uint32Array;
  movie: Uint32Array;
  /** 0.5…5 stars. */
  stars: Float32Array;
  /** Seconds since 1970, UTC, not decreasing. */
  at: Float64Array;
}

function lines(dataset: Dataset, file: string): string[] {
  const text = gunzipSync(readFileSync(dataset.file(file))).toString("utf8");
  return text
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line !== "");
}

/** All 100,836 ratings, by time, then user, then movie. */
export function ratings(dataset: Dataset): Ratings {
  const rows = lines(dataset, "ratings.csv.gz").map(
    (line) => line.split(",").map(Number) as [number, number, number, number],
  );
  rows.sort((a, b) => a[3] - b[3] || a[0] - b[0] || a[1] - b[1]);
  return {
    user: Uint32Array.from(rows, (row) => row[0]),
    movie: Uint32Array.from(rows, (row) => row[1]),
    stars: Float32Array.from(rows, (row) => row[2]),
    at: Float64Array.from(rows, (row) => row[3]),
  };
}

export interface Movie {
  movie: number;
  title: string;
  genres: string[];
}

/** `1,"Title, The (1995)",Adventure|Comedy`: the title may be quoted, with "" for a quote. */
export function parseMovie(line: string): Movie {
  const match = /^(\d+),(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/.exec(line);
  if (match === null) throw new TypeError(`movies.csv: cannot read the line ${JSON.stringify(line)}`);
  return {
    movie: Number(match[1]),
    title: (match[2]?.replaceAll('""', '"') ?? match[3] ?? "").trim(),
    genres: match[4] === "(no genres listed)" ? [] : (match[4] ?? "").split("|"),
  };
}

export function movies(dataset: Dataset): Movie[] {
  return lines(dataset, "movies.csv.gz").map(parseMovie);
}
