// Answers first: each a verdict, a sentence with its number, and what the number rests on.
import {html} from "npm:htl";
import type {Claim} from "../../loaders/lab/claim.ts";
import {claimNumber} from "./claim.js";
import {count, estimate, plural} from "./format.js";
import type {Records} from "./records.js";
import {splitAtValue} from "./sentence.js";
import {verdictBadge} from "./verdict.js";

function sentence(claim: Claim, records: Records): HTMLElement {
  const text = claim.sentence ?? `${claim.label}: ${estimate(claim, claim.unit).value}.`;
  const parts = claim.value === null ? null : splitAtValue(text, claim.value);
  return parts === null
    ? html`<p>${text} ${claimNumber(claim, records)}</p>`
    : html`<p>${parts.before}<span class="together">${claimNumber(claim, records, parts.number)}${parts.close}</span>${parts.after}</p>`;
}

export interface AnswerOptions {
  /** Where the rest of the story is: a link under the sentence. */
  link?: (claim: Claim) => {href: string; text: string} | null;
}

export function answers(
  claims: Claim[],
  records: (claim: Claim) => Records,
  {link = () => null}: AnswerOptions = {},
): HTMLElement {
  return html`<ul class="answers wide">${claims.map((claim) => {
    // In the unit the sentence speaks in, so that the two can be compared at a glance.
    const spoken = claim.unit === "share" ? undefined : {unit: claim.unit, divisor: 1};
    const {interval} = estimate(claim, claim.unit, spoken);
    const to = link(claim);
    return html`<li data-answer=${claim.id}>
      ${claim.verdict === null ? html`<span></span>` : verdictBadge(claim.verdict)}
      <div>
        ${sentence(claim, records(claim))}
        <p class="basis">${interval === null ? "" : `95 % interval ${interval}; `}n = ${count(claim.n)}${
          claim.units === claim.n ? "" : ` in ${plural(claim.units, "block")}`
        }${claim.needs === null ? "" : `; still needed: ${claim.needs}`}${
          to === null ? "" : html`. <a href=${to.href}>${to.text}</a>`
        }</p>
      </div>
    </li>`;
  })}</ul>`;
}
