// Disclosure: one sheet per system — what it is, how it was had, configured and tuned, and what its maker
// might object. Those that did not run stand beside those that did, with the reason.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {isEngram} from "../charts/theme.js";
import {estimate, number} from "./format.js";
import {type Cell, type Rows, rowsOf} from "./table.js";

type Row = Rows[number];

const FIELDS: {field: string; term: string; tell?: (value: Cell) => string}[] = [
  {field: "version", term: "Version"},
  {
    field: "form",
    term: "Form",
    tell: (value) => (value === "served" ? "served, over a socket" : "embedded, in the caller’s process"),
  },
  {field: "origin", term: "Had from"},
  {field: "licence", term: "Licence"},
  {field: "tuned_by", term: "Tuned by"},
  {
    field: "build_seconds",
    term: "Build time",
    tell: (value) => estimate({value: Number(value), low: null, high: null}, "s").value,
  },
  {
    field: "bytes",
    term: "Size",
    tell: (value) => estimate({value: Number(value), low: null, high: null}, "bytes").value,
  },
  {field: "null_us", term: "Null request", tell: (value) => `${number(Number(value))} µs`},
];

/** `{"M":16}` → `M 16`. */
function configuration(value: Cell): string {
  if (typeof value !== "string" || value === "" || value === "{}") return "defaults";
  const parsed: Record<string, unknown> = JSON.parse(value);
  return Object.entries(parsed)
    .map(([name, setting]) => `${name} ${typeof setting === "object" ? JSON.stringify(setting) : setting}`)
    .join(", ");
}

function present(value: Cell | undefined): value is Cell {
  return value !== null && value !== undefined && value !== "";
}

function sheet(row: Row): HTMLElement {
  const status = String(row.status ?? "ran");
  const ran = status === "ran";
  const terms = FIELDS.filter(({field}) => present(row[field])).map(
    ({field, term, tell}) =>
      html.fragment`<dt>${term}</dt><dd>${tell?.(row[field] ?? null) ?? row[field]}</dd>`,
  );
  const settings = ran
    ? html.fragment`<dt>Settings</dt><dd>${configuration(row.configuration ?? null)}</dd>`
    : "";
  const caveats = String(row.caveats ?? "");
  return html`<article class=${`sheet ${isEngram(String(row.subject)) ? "is-engram" : ""} ${ran ? "" : "not-run"}`} data-system=${row.subject}>
    <h3>${row.title ?? row.subject}</h3>
    ${ran ? "" : html`<p class="notice">${status.replace(/^not run/, "Not run")}</p>`}
    <dl>${terms}${settings}</dl>
    ${caveats === "" ? "" : html`<p><b>In fairness.</b> ${caveats}</p>`}
    ${present(row.home) ? html`<p><a href=${row.home}>${row.home}</a></p>` : ""}
  </article>`;
}

export function sheets(summary: Summary): HTMLElement {
  const table = summary.tables.systems;
  const rows = table === undefined ? [] : rowsOf(table);
  if (rows.length === 0) return html`<p class="quiet">No system was measured yet.</p>`;
  const ran = (row: Row) => String(row.status ?? "ran") === "ran";
  const order = [...rows].sort(
    (a, b) =>
      Number(isEngram(String(b.subject))) - Number(isEngram(String(a.subject))) ||
      Number(ran(b)) - Number(ran(a)),
  );
  return html`<div class="sheets wide">${order.map(sheet)}</div>`;
}
