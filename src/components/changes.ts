// What moved between two published versions: claims side by side, and what could have moved them.
import {html} from "npm:htl";
import type {Claim} from "../../loaders/lab/claim.ts";
import {estimate, number} from "./format.js";
import {verdictBadge} from "./verdict.js";

export interface Published {
  version: string;
  measured_on: string;
  claims: Claim[];
  /** What could move a number: hashes of data, engine, method, and the host. */
  causes: Record<string, string>;
}

export interface Versions {
  current: Published;
  /** Newest first; never the current one. */
  older: Published[];
}

export interface Move {
  id: string;
  label: string;
  unit: string;
  before: Claim | null;
  after: Claim | null;
  /** The intervals do not touch: more than chance. */
  apart: boolean;
}

const keyOf = (claim: Claim) => `${claim.experiment}/${claim.id}`;

function apart(a: Claim, b: Claim): boolean {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return false;
  return a.high < b.low || b.high < a.low;
}

/** All claims that differ at all, those beyond their intervals first. */
export function moves(before: Claim[], after: Claim[]): Move[] {
  const old = new Map(before.map((claim) => [keyOf(claim), claim]));
  const now = new Map(after.map((claim) => [keyOf(claim), claim]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((id) => {
      const [a, b] = [old.get(id) ?? null, now.get(id) ?? null];
      const known = b ?? a;
      if (known === null || (a !== null && b !== null && a.value === b.value && a.n === b.n)) return [];
      const far = a !== null && b !== null && apart(a, b);
      return [{id, label: known.label, unit: known.unit, before: a, after: b, apart: far}];
    })
    .sort((a, b) => Number(b.apart) - Number(a.apart) || a.id.localeCompare(b.id));
}

function told(claim: Claim | null): string {
  if (claim === null) return "—";
  const {value, interval} = estimate(claim, claim.unit);
  return interval === null ? value : `${value} (${interval})`;
}

export function changes({current, older}: Versions): HTMLElement {
  const last = older[0];
  if (last === undefined)
    return html`<p>This is the first published version; there is nothing to compare it with yet. Versions to come will show here which numbers moved, and whether data, code, method or machine moved them.</p>`;
  const moved = moves(last.claims, current.claims);
  const far = moved.filter((move) => move.apart).length;
  const known = Object.keys(current.causes).filter((cause) => last.causes[cause] !== undefined);
  const differing = known.filter((cause) => current.causes[cause] !== last.causes[cause]);
  const why =
    known.length === 0
      ? "The older version does not say what it was measured with"
      : differing.length === 0
        ? "Nothing but the sample differs"
        : `What else differs: ${differing.join(", ")}`;
  const rows = moved.map(
    (move) => html`<tr>
      <th scope="row">${move.label}</th>
      <td class="numeric">${told(move.before)}</td><td class="numeric">${told(move.after)}</td>
      <td>${move.apart ? "beyond the intervals" : move.before === null ? "new" : move.after === null ? "gone" : "within the intervals"}</td>
      <td>${move.after?.verdict ? verdictBadge(move.after.verdict) : ""}</td>
    </tr>`,
  );
  return html`<div class="wide">
    <p>Since <b>${last.version}</b>, ${number(far)} of ${number(current.claims.length)} numbers moved beyond their intervals. ${why}.</p>
    ${
      rows.length === 0
        ? null
        : html`<details open=${far > 0}><summary>${number(rows.length)} numbers that differ at all</summary><div class="table-scroll" tabindex="0" role="region" aria-label="Numbers that moved"><table>
      <thead><tr><th scope="col">Quantity</th><th scope="col" class="numeric">${last.version}</th><th scope="col" class="numeric">${current.version}</th><th scope="col">Moved</th><th scope="col">Verdict now</th></tr></thead>
      <tbody>${rows}</tbody></table></div></details>`
    }
  </div>`;
}
