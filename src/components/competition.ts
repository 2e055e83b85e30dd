// engram beside its rivals: ratios first, then the frontier and the hops that they come from.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {type DotRow, dotPanels} from "../charts/dots.js";
import {type FrontierRow, frontier} from "../charts/frontier.js";
import {type RatioRow, ratioDots} from "../charts/ratios.js";
import {isEngram} from "../charts/theme.js";
import {chart} from "./chart.js";
import {count, estimate, number, plural} from "./format.js";
import {frontierRows} from "./frontier-rows.js";
import {dataTable, orNull, rowsOf, type TableOptions} from "./table.js";

/** `2.4× (2.2–2.6×)`. */
function told(row: {low: number | null; high: number | null}, value: number, unit: string): string {
  const shown = estimate({value, low: row.low, high: row.high}, unit);
  return shown.interval === null ? shown.value : `${shown.value} (${shown.interval})`;
}

/** Ratios that were measured, from the claims: the same numbers as in the thresholds. The control is no rival. */
export function ratioRows(summary: Summary): RatioRow[] {
  return summary.claims.flatMap(({compares, value, low, high, threshold}) =>
    compares === null ||
    value === null ||
    low === null ||
    high === null ||
    compares.scenario.startsWith("control")
      ? []
      : [
          {
            scenario: compares.scenario,
            rival: compares.rival,
            ratio: value,
            low,
            high,
            ...(threshold === null || threshold === 1 ? {} : {floor: threshold}),
          },
        ],
  );
}

function ratioTitle(rows: RatioRow[], doing: string): string {
  const ahead = rows.filter((row) => row.low > 1).length;
  const behind = rows.filter((row) => row.high < 1).length;
  const open = rows.length - ahead - behind;
  const parts = [
    ahead > 0 ? `ahead in ${ahead}` : "",
    behind > 0 ? `behind in ${behind}` : "",
    open > 0 ? `level, within the interval, in ${open}` : "",
  ].filter((part) => part !== "");
  return `${doing}: engram is ${parts.join(", ")} of ${plural(rows.length, "comparison")}`;
}

/** Ratios of the scenarios whose name the pattern fits. `doing`: what they have in common. */
export function ratios(summary: Summary, pattern: RegExp, doing: string): HTMLElement {
  const rows = ratioRows(summary).filter(({scenario}) => pattern.test(scenario));
  if (rows.length === 0)
    return html`<p class="quiet">${doing}: not measured in profile “${summary.profile ?? "quick"}”.</p>`;
  return chart({
    title: ratioTitle(rows, doing),
    summary: rows
      .map((row) => `${row.scenario} against ${row.rival}: ${told(row, row.ratio, "×")}.`)
      .join(" "),
    rows: rows.map((row) => ({...row})),
    spec: (width) => ratioDots(rows, width),
    height: rows.length * 34 + 50,
    table: {units: {ratio: "×", low: "×", high: "×"}},
  });
}

/** Recall against rate, one chart per set of vectors. */
export function searchFrontiers(summary: Summary): HTMLElement {
  const table = summary.tables.frontier;
  const all = table === undefined ? [] : rowsOf(table);
  const datasets = [...new Set(all.map((row) => String(row.dataset)))];
  if (datasets.length === 0) return html`<p class="quiet">No searches measured yet.</p>`;
  return html`<div class="wide">${datasets.map((dataset) =>
    searchFrontier(dataset, frontierRows(all.filter((row) => row.dataset === dataset))),
  )}</div>`;
}

function searchFrontier(dataset: string, rows: FrontierRow[]): HTMLElement {
  const bestAt = (least: number) =>
    [...new Set(rows.map((row) => row.subject))]
      .flatMap((subject) => {
        const able = rows.filter((row) => row.subject === subject && row.recall >= least);
        return able.length === 0 ? [] : [able.reduce((a, b) => (b.qps > a.qps ? b : a))];
      })
      .sort((a, b) => b.qps - a.qps);
  const [fastest] = bestAt(0.95);
  const rate = (row: FrontierRow) => count(Number(row.qps.toPrecision(2)));
  return chart({
    title:
      fastest === undefined
        ? `${dataset}: no system reached a recall of 0.95`
        : `${dataset}: at a recall of 0.95 or more, ${fastest.subject} answers most queries, ${rate(fastest)} a second`,
    summary: `Fastest setting with a recall of at least 0.95: ${bestAt(0.95)
      .map((row) => `${row.subject} ${rate(row)} queries/s at ${row.recall.toFixed(3)}`)
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

/** Median time of every walk and of spreading, one chart per graph, each system's best wording. */
export function walkTimes(summary: Summary): HTMLElement {
  const table = summary.tables.walks;
  const all = (table === undefined ? [] : rowsOf(table)).filter((row) => row.wording === "best");
  const graphs = [...new Set(all.map((row) => String(row.dataset)))];
  if (graphs.length === 0) return html`<p class="quiet">No walks measured yet.</p>`;
  return html`<div class="wide">${graphs.map((graph) =>
    walkTime(
      graph,
      all
        .filter((row) => row.dataset === graph)
        .map((row) => ({
          subject: String(row.subject),
          panel: row.kind === "spread" ? "spreading" : plural(Number(row.hops), "hop").replace("\u00a0", " "),
          value: Number(row.p50_us),
          low: orNull(row.low_us),
          high: orNull(row.high_us),
        })),
    ),
  )}</div>`;
}

function walkTime(graph: string, rows: DotRow[]): HTMLElement {
  const panels = [...new Set(rows.map((row) => row.panel))];
  const deepest = panels.filter((panel) => panel.includes("hop")).at(-1) ?? panels[0] ?? "";
  const ours = rows.find((row) => row.panel === deepest && isEngram(row.subject));
  const [next] = rows
    .filter((row) => row.panel === deepest && !isEngram(row.subject))
    .sort((a, b) => a.value - b.value);
  return chart({
    title:
      ours === undefined || next === undefined
        ? `${graph}: time to collect what lies within one, two and three hops`
        : `${graph}, ${deepest}: engram needs ${number(ours.value, 2)} µs, ${next.subject} ${number(next.value, 2)} µs`,
    summary: panels
      .map(
        (panel) =>
          `${panel}: ${rows
            .filter((row) => row.panel === panel)
            .map((row) => `${row.subject} ${told(row, row.value, "µs")}`)
            .join(", ")}.`,
      )
      .join(" "),
    rows: rows.map(({subject, panel, ...row}) => ({system: subject, asked: panel, ...row})),
    spec: (width) =>
      dotPanels(rows, width, {axis: "median time, µs (log scale); further left is better", log: true}),
    height: rows.length * 27 + 120,
    table: {units: {value: "µs", low: "µs", high: "µs"}, heads: {value: "median"}},
  });
}

/** Records acknowledged a second, one at a time and a hundred at once. */
export function writeRates(summary: Summary): HTMLElement {
  const table = summary.tables.writes;
  const rows: DotRow[] = (table === undefined ? [] : rowsOf(table)).map((row) => ({
    subject: String(row.subject),
    panel: Number(row.batch) === 1 ? "one at a time" : `${row.batch} at once`,
    value: Number(row.records_per_s),
    low: orNull(row.low_per_s),
    high: orNull(row.high_per_s),
  }));
  if (rows.length === 0) return html`<p class="quiet">No durable writes measured yet.</p>`;
  const losses = (table === undefined ? [] : rowsOf(table)).filter((row) => Number(row.lost) > 0);
  const most = (panel: string) =>
    rows.filter((row) => row.panel === panel).sort((a, b) => b.value - a.value)[0];
  const [one, many] = ["one at a time", "100 at once"].map(most);
  return chart({
    title: `Durable writes: ${[one, many]
      .flatMap((row) =>
        row === undefined
          ? []
          : [
              `${row.panel}, ${row.subject} is fastest with ${count(Number(row.value.toPrecision(2)))} a second`,
            ],
      )
      .join("; ")}`,
    summary: `${rows.map((row) => `${row.subject}, ${row.panel}: ${told(row, row.value, "records/s")}`).join("; ")}. ${
      losses.length === 0
        ? "No acknowledged write was missing after its process was killed."
        : `Acknowledged writes were missing after a kill: ${losses.map((row) => `${row.subject} ${row.lost} of ${row.acknowledged}`).join(", ")}.`
    }`,
    rows: rows.map(({subject, panel, ...row}) => ({system: subject, written: panel, ...row})),
    spec: (width) =>
      dotPanels(rows, width, {
        axis: "records acknowledged a second (log scale); further right is better",
        log: true,
      }),
    height: rows.length * 27 + 90,
    table: {units: {value: "1/s", low: "1/s", high: "1/s"}, heads: {value: "median"}},
  });
}

/** A prepared table under a heading of its own, where it has rows. */
export function costTable(summary: Summary, id: string, options: TableOptions): HTMLElement {
  const table = summary.tables[id];
  if (table === undefined || table.rows.length === 0)
    return html`<p class="quiet">Not measured in profile “${summary.profile ?? "quick"}”.</p>`;
  return html`<div class="wide">${dataTable(rowsOf(table), {units: table.units, caption: table.caption, ...options})}</div>`;
}
