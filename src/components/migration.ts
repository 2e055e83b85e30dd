// A migration as its users felt it: the slow recalls of each stage beside those of the quiet one.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {type DotRow, dotPanels} from "../charts/dots.js";
import {chart} from "./chart.js";
import {estimate, number} from "./format.js";
import {rowsOf} from "./table.js";

const QUIET = "quiet";
const HEADINGS: Record<string, string> = {
  [QUIET]: "Before",
  api: "API v1 to v2",
  memory: "Episodic to dual memory",
};
const ROW_PX = 27;

/** `memory: back to 0 %` belongs to `memory`. */
function dotOf(stage: string, value: number, low: number | null, high: number | null): DotRow {
  const [migration = "", ...step] = stage.split(": ");
  return {
    subject: step.length === 0 ? stage : step.join(": "),
    panel: HEADINGS[migration] ?? migration,
    value,
    low,
    high,
  };
}

export function stageLatency(summary: Summary): HTMLElement {
  const table = summary.tables.rises;
  const stages = table === undefined ? [] : rowsOf(table);
  if (stages.length === 0) return html`<p class="quiet">No stage has the 299 recalls that a P99 needs.</p>`;
  const plain = (value: unknown) => (value === null ? null : Number(value));
  const rows = stages.map((row) =>
    dotOf(String(row.stage), Number(row.p99_ms), plain(row.low_ms), plain(row.high_ms)),
  );
  const slowest = (part: DotRow[]) => part.reduce((a, b) => (b.value > a.value ? b : a));
  const told = (row: DotRow) => {
    const {value, interval} = estimate(row, "ms");
    return `${value}${interval === null ? "" : ` (${interval})`}`;
  };
  const named = (row: DotRow) =>
    row.panel === HEADINGS[QUIET] ? row.subject : `${row.panel}, ${row.subject}`;
  const quiet = rows.find((row) => row.subject === QUIET);
  const most = slowest(rows);
  return chart({
    title:
      quiet === undefined || quiet === most
        ? `No stage is slower than the quiet one: P99 of recall ${told(most)}`
        : `P99 of recall goes from ${number(quiet.value)} ms in quiet to ${number(most.value)} ms at its worst: ${named(most)}`,
    summary: rows.map((row) => `${named(row)}: ${told(row)}.`).join(" "),
    rows: stages,
    spec: (width) => dotPanels(rows, width, {axis: "P99 of recall, ms (log scale)", log: true}),
    height: (rows.length + Object.keys(HEADINGS).length) * ROW_PX + 40,
    table: {
      ...(table === undefined ? {} : {units: table.units}),
      heads: {low_ms: "from", high_ms: "to", rise_ms: "rise", rise_low_ms: "from ", rise_high_ms: "to "},
    },
    say: (row) => `${row.stage}: P99 ${row.p99_ms} ms, ${row.rise_ms} ms above the quiet stage`,
  });
}
