// The competition over time: leads by run, what the watch over them finds and invents, and what others published.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {type LineRow, lines} from "../charts/lines.js";
import {chart} from "./chart.js";
import {number, plural} from "./format.js";
import {dataTable, type Rows, rowsOf} from "./table.js";

const tableOf = (summary: Summary, id: string): Rows => {
  const table = summary.tables[id];
  return table === undefined ? [] : rowsOf(table);
};

const percent = (share: number) => `${number(share * 100, 3)} %`;

/** Share of losing histories found, by months since the loss began. */
export function powerCurve(summary: Summary): HTMLElement {
  const rows = tableOf(summary, "delays").map((row) => ({
    series: "both detectors",
    x: Number(row.months),
    y: Number(row.share),
  }));
  if (rows.length === 0) return html`<p class="quiet">Nothing simulated yet.</p>`;
  const half = rows.find(({y}) => y >= 0.5);
  const nearly = rows.find(({y}) => y >= 0.95);
  return chart({
    title:
      nearly === undefined
        ? "Share of losing leads found, by months since the loss began"
        : `Half of all losing leads are found within ${plural(half?.x ?? nearly.x, "month")}, 95 of 100 within ${nearly.x}`,
    summary: `A lead loses 5 % a month. Found by both detectors after ${rows
      .filter(({x}) => x % 3 === 0)
      .map(({x, y}) => `${x} months: ${percent(y)}`)
      .join(", ")}. These histories are simulated.`,
    rows: rows.map(({x, y}) => ({months: x, found: y})),
    spec: (width) =>
      lines(rows, width, {
        horizontal: "months since the loss began",
        vertical: "share of simulated losing histories with an alarm",
        format: ".0%",
        mark: {at: 0.95, says: "95 %"},
      }),
    height: 340,
  });
}

/** Names of histories without what all have in common. */
const short = (name: string) => name.replace(/^[a-z]+: /, "").replace(", recall 0.95", "");

/** Every measured lead by run. */
export function leadHistory(summary: Summary): HTMLElement {
  const all = tableOf(summary, "history");
  const searches = all.filter((row) => /search wikispeedia-minilm, recall 0.95/.test(String(row.history)));
  const shown = searches.length > 0 ? searches : all;
  const rows: LineRow[] = shown.map((row) => ({
    series: short(String(row.history)).replace("search wikispeedia-minilm against ", ""),
    x: Number(row.round) + 1,
    y: Number(row.lead),
    changed: row.change === 1,
  }));
  const watch = tableOf(summary, "watch");
  const alarms = watch.filter((row) => row.says === "the lead has narrowed");
  if (rows.length === 0)
    return html`<p class="quiet">No run of experiment 112 is stored yet: <code>npm run load -- 112</code> adds the first point.</p>`;
  const runs = Math.max(...rows.map(({x}) => x));
  return html`<div>
    ${chart({
      title:
        alarms.length > 0
          ? `The lead has narrowed: ${alarms.map((row) => short(String(row.history))).join("; ")}`
          : runs < 8
            ? `${plural(runs, "run")} so far: a change can be told from eight on`
            : `No lead has narrowed in ${plural(runs, "run")}`,
      summary: `Search at a recall of 0.95, engram’s rate over each rival’s, by run: ${[
        ...new Set(rows.map(({series}) => series)),
      ]
        .map((series) => {
          const own = rows.filter((row) => row.series === series);
          return `${series} from ${number(own[0]?.y ?? 0, 3)}× to ${number(own.at(-1)?.y ?? 0, 3)}×`;
        })
        .join(", ")}.`,
      rows: rows.map(({series, x, y}) => ({against: series, run: x, lead: y})),
      spec: (width) =>
        lines(rows, width, {
          horizontal: "run, oldest first",
          vertical: "engram’s rate over the rival’s at a recall of 0.95 (log scale)",
          log: true,
        }),
      height: 340,
      table: {units: {lead: "×"}},
    })}
    <details><summary>All ${watch.length} histories, and what the watch says of each</summary>${dataTable(watch.map(({history, points, says}) => ({history: history ?? null, points: points ?? null, says: says ?? null})))}</details>
  </div>`;
}

/** Scores on real series: ours by detector, in a table of their own. */
export function annotators(summary: Summary): HTMLElement {
  const rows = tableOf(summary, "annotators");
  const detectors = [...new Set(rows.map((row) => String(row.detector)))];
  const series = [...new Set(rows.map((row) => String(row.series)))];
  const of = (name: string, detector: string) =>
    rows.find((row) => row.series === name && row.detector === detector);
  const score = (name: string, detector: string, metric: "f1" | "covering") => {
    const value = of(name, detector)?.[metric];
    return value === undefined || value === null ? "—" : Number(value).toFixed(2);
  };
  return html`<div class="table-scroll wide" tabindex="0" role="region" aria-label="Agreement with annotators"><table>
    <caption>Measured here: agreement with five people on each of ${series.length} real series</caption>
    <thead>
      <tr><th scope="col" rowspan="2">series</th>${detectors.map((detector) => html`<th scope="colgroup" colspan="2" class="numeric">${detector}</th>`)}</tr>
      <tr>${detectors.map(() => html.fragment`<th scope="col" class="numeric">F1</th><th scope="col" class="numeric">covering</th>`)}</tr>
    </thead>
    <tbody>${series.map(
      (name) =>
        html`<tr><th scope="row">${name.replaceAll("_", " ")}</th>${detectors.map(
          (detector) =>
            html.fragment`<td class="numeric">${score(name, detector, "f1")}</td><td class="numeric">${score(name, detector, "covering")}</td>`,
        )}</tr>`,
    )}</tbody>
  </table></div>`;
}

/** Published figures, each with its address. `systems`: whose. */
export function cited(summary: Summary, systems: RegExp): HTMLElement {
  const rows = tableOf(summary, "cited").filter((row) => systems.test(String(row.system)));
  if (rows.length === 0) return html`<p class="quiet">Nothing cited.</p>`;
  return html`<div class="table-scroll wide cited" tabindex="0" role="region" aria-label="Published figures"><table>
    <caption>Cited, not measured here</caption>
    <thead><tr><th scope="col">System</th><th scope="col">Version</th><th scope="col">What</th><th scope="col" class="numeric">Figure</th><th scope="col" class="numeric">Recall</th><th scope="col">Source</th></tr></thead>
    <tbody>${rows.map(
      (row) => html`<tr><th scope="row">${row.system}</th><td>${row.version}</td><td>${row.says}</td>
        <td class="numeric">${number(Number(row.value), 3)} ${row.unit === "score" ? row.metric : "queries/s"}</td>
        <td class="numeric">${row.recall === null || row.recall === "null" ? "—" : number(Number(row.recall), 3)}</td>
        <td><a href=${row.url}>${row.date}</a></td></tr>`,
    )}</tbody>
  </table></div>`;
}
