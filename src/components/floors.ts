// Every number of an experiment with its threshold, declared before the run, beside it.
import {html} from "npm:htl";
import type {Claim} from "../../loaders/lab/claim.ts";
import {claimNumber} from "./claim.js";
import {count, estimate, threshold} from "./format.js";
import type {Records} from "./records.js";
import {verdictBadge} from "./verdict.js";

function row(claim: Claim, records: Records): HTMLElement {
  const {interval} = estimate(claim, claim.unit);
  const required =
    claim.threshold === null || claim.comparison === null
      ? html`<td class="quiet">no threshold</td>`
      : html`<td title=${claim.source ?? ""}>${threshold(claim.comparison, claim.threshold, claim.unit)}</td>`;
  return html`<tr>
    <th scope="row">${claim.label}${claim.needs === null ? "" : html`<br /><small class="quiet">needs ${claim.needs}</small>`}</th>
    <td class="numeric">${claimNumber(claim, records)}</td>
    <td class="numeric interval">${interval ?? "—"}</td>
    <td class="numeric">${count(claim.n)}</td>
    ${required}
    <td>${claim.verdict === null ? "" : verdictBadge(claim.verdict)}</td>
  </tr>`;
}

export function floorsTable(claims: Claim[], records: Records): HTMLElement {
  return html`<div class="table-scroll wide" tabindex="0" role="region" aria-label="Thresholds and what was measured"><table class="floors">
    <thead><tr>
      <th scope="col">Quantity</th><th scope="col" class="numeric">Measured</th>
      <th scope="col" class="numeric">95 % interval</th><th scope="col" class="numeric">n</th>
      <th scope="col">Required</th><th scope="col">Verdict</th>
    </tr></thead>
    <tbody>${claims.map((claim) => row(claim, records))}</tbody>
  </table></div>`;
}
