// 100,000 real passages and 20,450 queries with real 384-d sentence embeddings, as typed arrays.
import {closeSync, openSync, readFileSync, readSync} from "node:fs";
import {DuckDBInstance} from "@duckdb/node-api";
import type {Dataset} from "./dataset.ts";
import {float16ToFloat32} from "./float16.ts";

export const DIMENSION = 384;
export const PASSAGES = 100_000;
/** Rows of queries.f16 per kind: [first, end). */
export const QUERY_ROWS = {
  unseen: [0, 2_000],
  cue50: [2_000, 4_000],
  cue25: [4_000, 6_000],
  title: [6_000, 10_579],
  category: [10_579, 10_708],
  movie: [10_708, 20_450],
} as const;
export type QueryKind = keyof typeof QUERY_ROWS;
const TRUTH_K = 100;
const HALF_BYTES = 2;

/** Rows [first, end) of an f16 matrix of DIMENSION columns as f32, row-major. */
function rows(path: string, first: number, end: number): Float32Array {
  const buffer = Buffer.alloc((end - first) * DIMENSION * HALF_BYTES);
  const file = openSync(path, "r");
  try {
    readSync(file, buffer, 0, buffer.length, first * DIMENSION * HALF_BYTES);
  } finally {
    closeSync(file);
  }
  return float16ToFloat32(new Uint16Array(buffer.buffer, buffer.byteOffset, buffer.length / HALF_BYTES));
}

/** The first `count` passages: count × 384, L2-normalised (to float16 precision). */
export function passageVectors(dataset: Dataset, count = PASSAGES): Float32Array {
  return rows(dataset.file("passages.f16"), 0, count);
}

/** Queries of one kind: n × 384. */
export function queryVectors(dataset: Dataset, kind: QueryKind): Float32Array {
  const [first, end] = QUERY_ROWS[kind];
  return rows(dataset.file("queries.f16"), first, end);
}

/** Exact nearest passages of the unseen queries among all 100,000: 2,000 × 100, best first. */
export function unseenTruth(dataset: Dataset): {neighbours: Int32Array; k: number} {
  const bytes = readFileSync(dataset.file("unseen-top100.i32"));
  return {neighbours: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), k: TRUTH_K};
}

export interface QueryRow {
  row: number;
  kind: QueryKind;
  text: string;
  answer_id: number | null;
  answer_name: string | null;
}

/** Texts and answers of the queries of one kind, in row order. */
export async function queryRows(dataset: Dataset, kind: QueryKind): Promise<QueryRow[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const path = dataset.file("queries.parquet").replaceAll("'", "''");
    const reader = await connection.runAndReadAll(
      `SELECT row, kind, text, answer_id, answer_name FROM read_parquet('${path}') WHERE kind = '${kind}' ORDER BY row`,
    );
    return reader.getRows().map(([row, , text, id, name]) => ({
      row: Number(row),
      kind,
      text: String(text),
      answer_id: id === null ? null : Number(id),
      answer_name: name === null ? null : String(name),
    }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export interface PassageRow {
  article: string;
  /** The first part of its first category: `History`. */
  category: string;
}

/** Article and category of every passage, in the order of passageVectors. */
export async function passageRows(dataset: Dataset): Promise<PassageRow[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const path = dataset.file("passages.parquet").replaceAll("'", "''");
    const reader = await connection.runAndReadAll(
      `SELECT article, split_part(coalesce(categories[1], ''), '.', 1) FROM read_parquet('${path}') ORDER BY id`,
    );
    return reader.getRows().map(([article, category]) => ({
      article: String(article),
      category: String(category),
    }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What a passage says, and all that it is filed under: `Science.Biology.Plants`. */
export interface PassageText {
  text: string;
  categories: string[];
}

/** In the order of passageVectors. */
export async function passageTexts(dataset: Dataset): Promise<PassageText[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const path = dataset.file("passages.parquet").replaceAll("'", "''");
    const reader = await connection.runAndReadAll(
      `SELECT text, array_to_string(coalesce(categories, []), '\n') FROM read_parquet('${path}') ORDER BY id`,
    );
    return reader.getRows().map(([text, categories]) => ({
      text: String(text),
      categories: categories === "" ? [] : String(categories).split("\n"),
    }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
