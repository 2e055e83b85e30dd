// What moved between two published versions: claims side by side, and what could have moved them.
import {html} from "npm:htl";
import type {Side, Versions} from "../../loaders/lab/claim.ts";
import {estimate, number} from "./format.js";
import {verdictBadge} from "./verdict.js";

function told(side: Side | null, unit: string): string {
  if (side === null) return "—";
  const {value, interval} = estimate(side, unit);
  return interval === null ? value : `${value} (${interval})`;
}

function why(differing: string[] | null): string {
  if (differing === null) return "The older version does not say what it was measured with";
  return differing.length === 0
    ? "Nothing but the sample differs"
    : `What else differs: ${differing.join(", ")}`;
}

export function changes({current, older, since}: Versions): HTMLElement {
  const last = older[0];
  if (last === undefined || since === null)
    return html`<p>This is the first published version; there is nothing to compare it with yet. Versions to come will show here which numbers moved, and whether data, code, method or machine moved them.</p>`;
  const far = since.moves.filter((move) => move.apart).length;
  const rows = since.moves.map(
    (move) => html`<tr>
      <th scope="row">${move.label}</th>
      <td class="numeric">${told(move.before, move.unit)}</td><td class="numeric">${told(move.after, move.unit)}</td>
      <td>${move.apart ? "beyond the intervals" : move.before === null ? "new" : move.after === null ? "gone" : "within the intervals"}</td>
      <td>${move.after?.verdict ? verdictBadge(move.after.verdict) : ""}</td>
    </tr>`,
  );
  return html`<div class="wide">
    <p>Since <b>${last.version}</b>, ${number(far)} of ${number(current.numbers)} numbers moved beyond their intervals. ${why(since.differing)}.</p>
    ${
      rows.length === 0
        ? null
        : html`<details open=${far > 0}><summary>${number(rows.length)} numbers that differ at all</summary><div class="table-scroll" tabindex="0" role="region" aria-label="Numbers that moved"><table>
      <thead><tr><th scope="col">Quantity</th><th scope="col" class="numeric">${last.version}</th><th scope="col" class="numeric">${current.version}</th><th scope="col">Moved</th><th scope="col">Verdict now</th></tr></thead>
      <tbody>${rows}</tbody></table></div></details>`
    }
  </div>`;
}
