// The list of published versions, this one first.
import {html} from "npm:htl";
import type {Claim, Edition, Versions} from "../../loaders/lab/claim.ts";
import {count} from "./format.js";
import {LOOKS, verdictBadge} from "./verdict.js";

type Verdict = NonNullable<Claim["verdict"]>;

function row({version, measured_on, numbers, verdicts}: Edition, current: boolean): HTMLElement {
  const tally = (Object.keys(LOOKS) as Verdict[]).map((verdict) => ({verdict, n: verdicts[verdict] ?? 0}));
  return html`<tr>
    <th scope="row">${current ? html`<b>${version}</b> (this one)` : html`<a href=${`../../${version}/site/index.html`}>${version}</a>`}</th>
    <td class="day">${measured_on}</td>
    <td class="numeric">${count(numbers)}</td>
    <td>${tally.filter(({n}) => n > 0).map(({verdict, n}) => html`<span class="tally">${n} ${verdictBadge(verdict)} </span>`)}</td>
  </tr>`;
}

export function versionList({current, older}: Versions): HTMLElement {
  return html`<div class="table-scroll wide" tabindex="0" role="region" aria-label="Published versions"><table>
    <thead><tr><th scope="col">Version</th><th scope="col">Newest record</th><th scope="col" class="numeric">Numbers</th><th scope="col">Verdicts on thresholds</th></tr></thead>
    <tbody>${[row(current, true), ...older.map((version) => row(version, false))]}</tbody>
  </table></div>`;
}
