// Ebbinghaus' savings, and the curves that the engine answers at the same delays.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {forgettingCurves, type LeftRow} from "../charts/forgetting.js";
import {type GapRow, gapCurves} from "../charts/gaps.js";
import {isEngram} from "../charts/theme.js";
import {chart} from "./chart.js";
import {number} from "./format.js";
import {rowsOf} from "./table.js";

/** Names of measured series say whose they are, by year. */
const MEASURED = /\b\d{4}$/;

const DAY_S = 86_400;

/** The best gap of each test by the engine's default, over the range that was published. */
export function gaps(summary: Summary): HTMLElement {
  const table = summary.tables["gap-curves"];
  const rows: GapRow[] = (table === undefined ? [] : rowsOf(table)).map((row) => ({
    test: String(row.until_test),
    gap: Number(row.gap),
    more: 100 * Number(row.more),
    low: Number(row.low),
    high: Number(row.high),
  }));
  if (rows.length === 0) return html`<p class="quiet">No gap measured yet.</p>`;
  const tests = [...new Set(rows.map(({test}) => test))];
  const best = tests.map((test) =>
    rows.filter((row) => row.test === test).reduce((a, b) => (b.more > a.more ? b : a)),
  );
  const within = best.filter(({gap, low, high}) => gap >= low && gap <= high).length;
  const days = (seconds: number) => number(seconds / DAY_S, 2);
  return chart({
    title: `The engine’s best gap lies in the published range for ${within} of ${tests.length} tests`,
    summary: best
      .map(
        ({test, gap, low, high}) =>
          `test after ${test}: best gap ${days(gap)} days, published ${days(low)} to ${days(high)}`,
      )
      .join("; "),
    rows: rows.map(({test, gap, more}) => ({test, gap, more})),
    spec: (width) => gapCurves(rows, width),
    height: 290,
    table: {units: {gap: "s", more: "points"}},
    say: (row) =>
      `test after ${row.test}, gap ${days(Number(row.gap))} days: ${number(Number(row.more), 2)} points more than with a gap of an hour`,
    note: "Curves are read from a space of the engine. Bars on the axis: the best gaps that were published.",
  });
}

export function forgetting(summary: Summary): HTMLElement {
  const table = summary.tables.curves;
  const rows: LeftRow[] = (table === undefined ? [] : rowsOf(table)).map((row) => ({
    series: String(row.series),
    delay: Number(row.delay),
    left: Number(row.left_over),
    measured: MEASURED.test(String(row.series)),
  }));
  if (rows.length === 0) return html`<p class="quiet">No curve measured yet.</p>`;
  const names = [...new Set(rows.map(({series}) => series))];
  const at = (series: string, which: "first" | "last") => {
    const own = rows.filter((row) => row.series === series).sort((a, b) => a.delay - b.delay);
    return number(100 * (own.at(which === "first" ? 0 : -1) as LeftRow).left, 2);
  };
  const fits = summary.claims.find(({id}) => id === "as-it-is-default")?.verdict === "met";
  return chart({
    title: fits
      ? "The engine’s default runs through Ebbinghaus’ points; the default that was specified does not"
      : "Ebbinghaus’ points, and what the engine has left at the same delays",
    summary: `Left after the shortest and the longest delay: ${names
      .map((name) => `${name} ${at(name, "first")} % and ${at(name, "last")} %`)
      .join("; ")}.`,
    rows: rows.map(({series, delay, left}) => ({series, delay, left})),
    spec: (width) => forgettingCurves(rows, width),
    height: 340,
    table: {units: {delay: "s", left: "share"}},
    say: (row) =>
      `${row.series}, ${number(Number(row.delay) / 3_600)} hours: ${number(100 * Number(row.left), 3)} % left`,
    note: `Curves are read from a space of the engine as of each time, ${names.some(isEngram) ? "“engram, default” from one that nobody configured" : "from configured spaces"}. Points are savings of work at relearning.`,
  });
}
