// A prepared table as a reader meets it: units in the head, numbers to the right in tabular figures.
import type {Table} from "npm:apache-arrow";
import {html} from "npm:htl";
import type {PreparedTable} from "../../loaders/lab/claim.ts";
import {number} from "./format.js";

export type Cell = string | number | boolean | null;
export type Rows = Record<string, Cell>[];

/** Rows as objects: what charts take. */
export function rowsOf(table: PreparedTable): Rows {
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, index) => [column, row[index] ?? null])),
  );
}

/** Arrow's decimals are 128-bit integers in four little-endian words, `scale` digits after the point. */
function decimal(words: Uint32Array, scale: number): number {
  const bits = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return Number(BigInt.asIntN(128, bits)) / 10 ** scale;
}

/** A value from DuckDB as a cell: bigint, decimal and Date become what JSON can hold. */
export function plainCell(value: unknown, scale = 0): Cell {
  if (value instanceof Uint32Array) return decimal(value, scale);
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

/** A result of DuckDB as rows of plain values. */
export function rowsOfArrow(table: Table): Rows {
  const columns = table.schema.fields.map(({name, type}) => ({
    name,
    scale: "scale" in type ? Number(type.scale) : 0,
  }));
  return table
    .toArray()
    .map((row: Record<string, unknown>) =>
      Object.fromEntries(columns.map(({name, scale}): [string, Cell] => [name, plainCell(row[name], scale)])),
    );
}

function cell(value: Cell): string {
  if (value === null) return "—";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? number(value, 4) : value;
}

/** `p_low` → `p low`; a column's name is its head unless `heads` knows better. */
function head(column: string): string {
  return column.replaceAll("_", " ");
}

export interface TableOptions {
  units?: Record<string, string>;
  heads?: Record<string, string>;
  caption?: string;
}

export function dataTable(rows: Rows, {units = {}, heads = {}, caption}: TableOptions = {}): HTMLElement {
  const columns = Object.keys(rows[0] ?? {});
  const numeric = (column: string) => rows.some((row) => typeof row[column] === "number");
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${caption ?? "table"}><table>
    ${caption === undefined ? null : html`<caption>${caption}</caption>`}
    <thead><tr>${columns.map(
      (column) =>
        html`<th scope="col" class=${numeric(column) ? "numeric" : ""}>${heads[column] ?? head(column)}${
          units[column] ? html` <span class="unit">${units[column]}</span>` : ""
        }</th>`,
    )}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr>${columns.map(
          (column) => html`<td class=${numeric(column) ? "numeric" : ""}>${cell(row[column] ?? null)}</td>`,
        )}</tr>`,
    )}</tbody>
  </table></div>`;
}

/** A cell as a number; null where there is none, as an end of an interval may be. */
export const orNull = (value: Cell | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
