// Filters that write SQL: what a reader picks becomes a query to read, change and run.
import {html} from "npm:htl";
import type {Overview} from "../../loaders/lab/claim.ts";

const TABLES = [
  {view: "requests", name: "requests"},
  {view: "blocks", name: "blocks used"},
  {view: "all_blocks", name: "blocks, excluded ones too"},
  {view: "observations", name: "observations (recall, quality, sizes)"},
  {view: "runs", name: "runs"},
];

export function filteredSql(view: string, experiment: string, slowerThanMs: number | null): string {
  const where = [
    experiment === ""
      ? ""
      : view === "runs"
        ? `experiment = '${experiment}'`
        : `run IN (SELECT run FROM runs WHERE experiment = '${experiment}')`,
    view === "requests" && slowerThanMs !== null ? `latency_ns > ${slowerThanMs * 1e6}` : "",
  ].filter((condition) => condition !== "");
  const order = view === "requests" ? "\nORDER BY latency_ns DESC" : "";
  return `SELECT *\nFROM ${view}${where.length > 0 ? `\nWHERE ${where.join("\n  AND ")}` : ""}${order}\nLIMIT 1000`;
}

export function filters(overview: Overview, use: (sql: string) => void): HTMLElement {
  const built = overview.experiments.filter((item) => item.slug !== null);
  const table =
    html`<select aria-label="Rows">${TABLES.map(({view, name}) => html`<option value=${view}>${name}</option>`)}</select>` as HTMLSelectElement;
  const experiment =
    html`<select aria-label="Experiment"><option value="">all experiments</option>${built.map(({id, title}) => html`<option value=${id}>${id} ${title}</option>`)}</select>` as HTMLSelectElement;
  const slower =
    html`<select aria-label="Latency"><option value="">of any latency</option>${[1, 5, 20, 50].map((ms) => html`<option value=${ms}>slower than ${ms} ms</option>`)}</select>` as HTMLSelectElement;
  const change = () => {
    slower.disabled = table.value !== "requests";
    use(filteredSql(table.value, experiment.value, slower.value === "" ? null : Number(slower.value)));
  };
  for (const control of [table, experiment, slower]) control.addEventListener("change", change);
  return html`<p class="filters">Show ${table} from ${experiment} ${slower}</p>`;
}
