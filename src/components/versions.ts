// The list of published versions, this one first.
import {html} from "npm:htl";
import type {Published, Versions} from "./changes.js";
import {count} from "./format.js";
import {LOOKS, verdictBadge} from "./verdict.js";

function row(published: Published, current: boolean): HTMLElement {
  const judged = published.claims.filter((claim) => claim.verdict !== null);
  const tally = (Object.keys(LOOKS) as (keyof typeof LOOKS)[]).map((verdict) => ({
    verdict,
    n: judged.filter((claim) => claim.verdict === verdict).length,
  }));
  return html`<tr>
    <th scope="row">${current ? html`<b>${published.version}</b> (this one)` : html`<a href=${`../../${published.version}/site/index.html`}>${published.version}</a>`}</th>
    <td class="day">${published.measured_on}</td>
    <td class="numeric">${count(published.claims.length)}</td>
    <td>${tally.filter(({n}) => n > 0).map(({verdict, n}) => html`<span class="tally">${n} ${verdictBadge(verdict)} </span>`)}</td>
  </tr>`;
}

export function versionList({current, older}: Versions): HTMLElement {
  return html`<div class="table-scroll wide" tabindex="0" role="region" aria-label="Published versions"><table>
    <thead><tr><th scope="col">Version</th><th scope="col">Newest record</th><th scope="col" class="numeric">Numbers</th><th scope="col">Verdicts on thresholds</th></tr></thead>
    <tbody>${[row(current, true), ...older.map((version) => row(version, false))]}</tbody>
  </table></div>`;
}
