// Disclosure: a sheet per system, generated from its card and the runs: what it is, how it was had, configured and
// tuned, what tilts the comparison and towards whom, its maker's reply, and what we got wrong.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {isEngram} from "../charts/theme.js";
import {claimNumber} from "./claim.js";
import {estimate, number} from "./format.js";
import type {Records} from "./records.js";
import {type Cell, type Rows, rowsOf} from "./table.js";
import {verdictBadge} from "./verdict.js";

type Row = Rows[number];

interface Caveat {
  favours: "engram" | "peer" | "neither";
  says: string;
}

const present = (value: Cell | undefined): value is Cell =>
  value !== null && value !== undefined && value !== "";
const parsed = <T>(value: Cell | undefined, otherwise: T): T =>
  typeof value === "string" && value !== "" ? (JSON.parse(value) as T) : otherwise;
const ran = (row: Row) => row.status === "ran";

const rowsOfSystems = (summary: Summary): Rows => {
  const table = summary.tables.systems;
  return table === undefined ? [] : rowsOf(table);
};

const FORMS: Record<string, string> = {
  served: "served, over a socket",
  embedded: "embedded, in the caller’s process or timed inside of its own",
};

function settings(value: Cell | undefined): string {
  const entries = Object.entries(parsed<Record<string, unknown>>(value, {}));
  return entries.length === 0
    ? "defaults"
    : entries.map(([name, setting]) => `${name} ${String(setting)}`).join(", ");
}

/** One configuration: how it was set, by whom, and whether it ran. */
function configuration(row: Row): HTMLElement {
  const terms: [string, unknown][] = [
    ["Form", FORMS[String(row.form)] ?? row.form],
    ["Tuned by", row.tuned_by],
    ["Settings", settings(row.settings)],
    ["Takes part in", row.scenarios],
    ["Before it acknowledges", row.durability],
    ["Null request", present(row.null_us) ? `${number(Number(row.null_us))} µs` : ""],
    ["Left out", row.excluded],
  ];
  return html`<article class=${`sheet ${isEngram(String(row.subject)) ? "is-engram" : ""} ${ran(row) ? "" : "not-run"}`} data-system=${row.subject}>
    <h3>${row.subject}</h3>
    <p>${row.says}</p>
    ${ran(row) ? "" : html`<p class="notice">${String(row.status).replace(/^not run/, "Not run")}</p>`}
    <dl>${terms.filter(([, value]) => present(value as Cell)).map(([term, value]) => html.fragment`<dt>${term}</dt><dd>${value}</dd>`)}</dl>
  </article>`;
}

const TILTS: Record<Caveat["favours"], string> = {
  engram: "in engram’s favour",
  peer: "in its favour",
  neither: "in nobody’s favour",
};

function fairness(caveats: readonly Caveat[]): HTMLElement {
  if (caveats.length === 0) return html`<p class="quiet">Nothing known that tilts the comparison.</p>`;
  return html`<ul>${caveats.map(({favours, says}) => html`<li><b>${TILTS[favours]}:</b> ${says}</li>`)}</ul>`;
}

/** Every ratio against this system, losses first. */
function ratiosAgainst(summary: Summary, subjects: readonly string[], records: Records): HTMLElement {
  const claims = summary.claims
    .filter(({compares, value}) => compares !== null && value !== null && subjects.includes(compares.rival))
    .sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
  if (claims.length === 0) return html`<p class="quiet">No ratio against it was measured.</p>`;
  return html`<div class="table-scroll wide" tabindex="0" role="region" aria-label="Ratios against this system"><table>
    <thead><tr><th scope="col">Scenario</th><th scope="col">Configuration</th><th scope="col" class="numeric">engram ÷ it</th><th scope="col" class="numeric">95 % interval</th><th scope="col">Floor</th></tr></thead>
    <tbody>${claims.map(
      (claim) => html`<tr><th scope="row">${claim.compares?.scenario}</th><td>${claim.compares?.rival}</td>
        <td class="numeric">${claimNumber(claim, records)}</td><td class="numeric interval">${estimate(claim, "×").interval ?? "—"}</td>
        <td>${claim.threshold === null || claim.verdict === null ? "" : html`${claim.threshold}× ${verdictBadge(claim.verdict)}`}</td></tr>`,
    )}</tbody>
  </table></div>`;
}

/** All of one system's page. `name`: its folder in loaders/systems. */
export function systemPage(summary: Summary, name: string, records: Records): HTMLElement {
  const rows = rowsOfSystems(summary).filter((row) => row.system === name);
  const [first] = rows;
  if (first === undefined)
    return html`<p class="quiet">Nothing was measured yet: its sheet appears with the first run.</p>`;
  const home = present(first.home) ? html`<a href=${first.home}>${first.home}</a>` : "this repository";
  const words = (value: Cell | undefined, otherwise: string) =>
    present(value)
      ? html`<blockquote>${String(value)
          .split(/\n\n+/)
          .map((part) => html`<p>${part}</p>`)}</blockquote>`
      : html`<p class="quiet">${otherwise}</p>`;
  return html`<div>
    <h1>${first.title}</h1>
    <p class="lede">Version ${first.version}, had from ${first.origin}; licence ${first.licence}; home ${home}.</p>
    ${
      name === "engram"
        ? ""
        : html`<h2>Against engram</h2>${ratiosAgainst(
            summary,
            rows.map((row) => String(row.subject)),
            records,
          )}`
    }
    <h2>How it was set up</h2>
    <div class="sheets wide">${rows.map(configuration)}</div>
    <h2>In fairness</h2>
    ${fairness(parsed<Caveat[]>(first.caveats, []))}
    <h2>Its maker’s reply</h2>
    ${words(first.reply, "None yet. It will stand here unedited.")}
    <p class="quiet">A reply is the file <code>loaders/systems/${name}/reply.md</code>; a better configuration is an entry of <code>card.ts</code> beside it.</p>
    <h2>Errata</h2>
    ${words(first.errata, "Nothing to correct so far. What was wrong stays listed here after it is mended.")}
  </div>`;
}

/** All systems as cards that lead to their pages; those that could not be run stand beside those that did. */
export function sheets(summary: Summary): HTMLElement {
  const rows = rowsOfSystems(summary);
  if (rows.length === 0) return html`<p class="quiet">No system was measured yet.</p>`;
  const names = [...new Set(rows.map((row) => String(row.system)))];
  return html`<div class="sheets wide">${names.map((name) => {
    const own = rows.filter((row) => row.system === name);
    const [first] = own;
    const able = own.filter(ran);
    return html`<article class=${`sheet ${isEngram(name) ? "is-engram" : ""} ${able.length > 0 ? "" : "not-run"}`} data-system=${name}>
      <h3><a href=${`./systems/${name}.html`}>${first?.title}</a></h3>
      <p>${first?.version}; ${first?.origin}; ${first?.licence}.</p>
      <ul>${own.map(
        (row) =>
          html`<li>${row.subject}: ${row.form}, ${row.scenarios}${ran(row) ? "" : html`. <b>${String(row.status).replace(/^not run/, "Not run")}</b>`}</li>`,
      )}</ul>
    </article>`;
  })}</div>`;
}
