// engram beside its rivals: ratios first, then the frontier and the hops that they come from.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {type DotRow, dotPanels} from "../charts/dots.js";
import {type FrontierRow, frontier} from "../charts/frontier.js";
import {type RatioRow, ratioDots} from "../charts/ratios.js";
import {isEngram} from "../charts/theme.js";
import {chart} from "./chart.js";
import {count, estimate, number} from "./format.js";
import {type Cell, rowsOf} from "./table.js";

const orNull = (value: Cell | undefined) => (value === null || value === undefined ? null : Number(value));

/** `2.4× (2.2–2.6×)`. */
function told(row: {low: number | null; high: number | null}, value: number, unit: string): string {
  const shown = estimate({value, low: row.low, high: row.high}, unit);
  return shown.interval === null ? shown.value : `${shown.value} (${shown.interval})`;
}

/** Ratios that were measured, from the claims: the same numbers as in the thresholds. */
export function ratioRows(summary: Summary): RatioRow[] {
  return summary.claims.flatMap(({compares, value, low, high}) =>
    compares === null || value === null || low === null || high === null
      ? []
      : [{...compares, ratio: value, low, high}],
  );
}

function ratioTitle(rows: RatioRow[]): string {
  const ahead = rows.filter((row) => row.low > 1).length;
  const behind = rows.filter((row) => row.high < 1).length;
  const open = rows.length - ahead - behind;
  const parts = [
    ahead > 0 ? `ahead in ${ahead}` : "",
    behind > 0 ? `behind in ${behind}` : "",
    open > 0 ? `level, within the interval, in ${open}` : "",
  ].filter((part) => part !== "");
  return `engram is ${parts.join(", ")} of ${rows.length} comparisons`;
}

export function ratios(summary: Summary): HTMLElement {
  const rows = ratioRows(summary);
  if (rows.length === 0) return html`<p class="quiet">No ratios measured yet.</p>`;
  return chart({
    title: ratioTitle(rows),
    summary: rows
      .map((row) => `${row.scenario} against ${row.rival}: ${told(row, row.ratio, "×")}.`)
      .join(" "),
    rows: rows.map((row) => ({...row})),
    spec: (width) => ratioDots(rows, width),
    height: rows.length * 34 + 50,
    table: {units: {ratio: "×", low: "×", high: "×"}},
  });
}

export function searchFrontier(summary: Summary): HTMLElement {
  const table = summary.tables.frontier;
  const rows: FrontierRow[] = (table === undefined ? [] : rowsOf(table)).map((row) => ({
    subject: String(row.subject),
    effort: Number(row.effort),
    recall: Number(row.recall),
    qps: Number(row.qps),
    low: orNull(row.low_qps),
    high: orNull(row.high_qps),
  }));
  if (rows.length === 0) return html`<p class="quiet">No searches measured yet.</p>`;
  const bestAt = (least: number) =>
    [...new Set(rows.map((row) => row.subject))]
      .flatMap((subject) => {
        const able = rows.filter((row) => row.subject === subject && row.recall >= least);
        return able.length === 0 ? [] : [able.reduce((a, b) => (b.qps > a.qps ? b : a))];
      })
      .sort((a, b) => b.qps - a.qps);
  const [fastest] = bestAt(0.95);
  return chart({
    title:
      fastest === undefined
        ? "No system reached a recall of 0.95"
        : `At a recall of 0.95 or more, ${fastest.subject} answers most queries: ${count(Number(fastest.qps.toPrecision(2)))} a second`,
    summary: `Fastest setting with a recall of at least 0.95: ${bestAt(0.95)
      .map(
        (row) =>
          `${row.subject} ${count(Number(row.qps.toPrecision(2)))} queries/s at ${row.recall.toFixed(3)}`,
      )
      .join(", ")}.`,
    rows: rows.map((row) => ({
      system: row.subject,
      effort: row.effort,
      recall: row.recall,
      qps: row.qps,
      low: row.low,
      high: row.high,
    })),
    spec: (width) => frontier(rows, width),
    height: 440,
    table: {units: {qps: "queries/s"}, heads: {qps: "rate", recall: "recall@10"}},
  });
}

export function hopTimes(summary: Summary): HTMLElement {
  const table = summary.tables.hops;
  const rows: DotRow[] = (table === undefined ? [] : rowsOf(table)).map((row) => ({
    subject: String(row.subject),
    panel: `${row.hops} ${Number(row.hops) === 1 ? "hop" : "hops"}`,
    value: Number(row.p50_us),
    low: orNull(row.low_us),
    high: orNull(row.high_us),
  }));
  if (rows.length === 0) return html`<p class="quiet">No traversals measured yet.</p>`;
  const panels = [...new Set(rows.map((row) => row.panel))];
  const deepest = panels.at(-1) ?? "";
  const ours = rows.find((row) => row.panel === deepest && isEngram(row.subject));
  const others = rows.filter((row) => row.panel === deepest && !isEngram(row.subject));
  const next = others.sort((a, b) => a.value - b.value)[0];
  return chart({
    title:
      ours === undefined || next === undefined
        ? "Time to collect what lies within one, two and three hops"
        : `${deepest}: engram needs ${number(ours.value, 2)} µs, ${next.subject} ${number(next.value, 2)} µs`,
    summary: panels
      .map(
        (panel) =>
          `${panel}: ${rows
            .filter((row) => row.panel === panel)
            .map((row) => `${row.subject} ${told(row, row.value, "µs")}`)
            .join(", ")}.`,
      )
      .join(" "),
    rows: rows.map(({subject, panel, ...row}) => ({system: subject, hops: panel, ...row})),
    spec: (width) =>
      dotPanels(rows, width, {axis: "median time, µs (log scale); further left is better", log: true}),
    height: rows.length * 27 + 120,
    table: {units: {value: "µs", low: "µs", high: "µs"}, heads: {value: "median"}},
  });
}
