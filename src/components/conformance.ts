// What passed of what was taken, by what it is about and by who took it.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {countGrid, type GridRow} from "../charts/grid.js";
import {chart} from "./chart.js";
import {rowsOf} from "./table.js";

/** `table` has two columns of names, then `passed` and `taken`. `title` gets how many of how many passed. */
export function passedGrid(
  summary: Summary,
  table: string,
  title: (passed: number, taken: number) => string,
): HTMLElement {
  const prepared = summary.tables[table];
  if (prepared === undefined || prepared.rows.length === 0)
    return html`<p class="quiet">Nothing taken yet.</p>`;
  const found = rowsOf(prepared);
  const [row = "", column = ""] = prepared.columns;
  const rows: GridRow[] = found.map((one) => ({
    row: String(one[row]),
    column: String(one[column]),
    passed: Number(one.passed),
    taken: Number(one.taken),
  }));
  const sum = (part: readonly GridRow[], key: "passed" | "taken") =>
    part.reduce((all, one) => all + one[key], 0);
  const columns = [...new Set(rows.map((one) => one.column))].map((name) => {
    const own = rows.filter((one) => one.column === name);
    return `${name} ${sum(own, "passed")} of ${sum(own, "taken")}`;
  });
  const missed = rows.filter((one) => one.passed < one.taken);
  return chart({
    title: title(sum(rows, "passed"), sum(rows, "taken")),
    summary: `Passed of what was taken: ${columns.join("; ")}.${
      missed.length === 0 ? "" : ` Not whole: ${missed.map((one) => `${one.row}, ${one.column}`).join("; ")}.`
    }`,
    rows: found,
    spec: (width) => countGrid(rows, width),
    height: 360,
  });
}
