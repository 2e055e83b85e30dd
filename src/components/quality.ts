// How good the answers of several methods are, each with its interval.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {type DotRow, dotPanels} from "../charts/dots.js";
import {isEngram} from "../charts/theme.js";
import {chart} from "./chart.js";
import {estimate} from "./format.js";
import {rowsOf} from "./table.js";

/** What a method does, of one and of several: "recommends", "recommend". */
export type Doing = readonly [one: string, several: string];

export function qualityByMethod(summary: Summary, doing: Doing = ["recommends", "recommend"]): HTMLElement {
  const table = summary.tables.quality;
  const rows: DotRow[] = (table === undefined ? [] : rowsOf(table)).map((row) => ({
    subject: String(row.method),
    panel: String(row.metric),
    value: Number(row.value),
    low: row.low === null ? null : Number(row.low),
    high: row.high === null ? null : Number(row.high),
  }));
  if (rows.length === 0) return html`<p class="quiet">No quality measured yet.</p>`;
  const told = (row: DotRow) => {
    const {value, interval} = estimate(row, "");
    return `${row.subject} ${value}${interval === null ? "" : ` (${interval})`}`;
  };
  const panels = [...new Set(rows.map((row) => row.panel))];
  const first = rows.filter((row) => row.panel === panels[0]);
  const ours = first.find((row) => isEngram(row.subject));
  const best = first.filter((row) => !isEngram(row.subject)).sort((a, b) => b.value - a.value)[0];
  return chart({
    title: ours === undefined || best === undefined ? `Quality by method` : standing(ours, best, doing),
    summary: panels
      .map(
        (panel) =>
          `${panel}: ${rows
            .filter((row) => row.panel === panel)
            .map(told)
            .join(", ")}.`,
      )
      .join(" "),
    rows: rows.map(({subject, panel, ...row}) => ({method: subject, metric: panel, ...row})),
    spec: (width) => dotPanels(rows, width, {axis: "score, 0 to 1; further right is better"}),
    height: rows.length * 27 + 80,
  });
}

/** A finding only as strong as the intervals are apart. */
function standing(ours: DotRow, best: DotRow, [does, doTogether]: Doing): string {
  if (ours.low === null || best.high === null || best.low === null || ours.high === null)
    return `engram and ${best.subject}, compared by ${ours.panel}`;
  if (ours.low > best.high) return `engram ${does} better than ${best.subject}, the best of the others`;
  if (ours.high < best.low) return `${best.subject} ${does} better than engram`;
  return `engram and ${best.subject} ${doTogether} about equally well: their intervals overlap`;
}
