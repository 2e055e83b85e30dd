// Who wins what, by how much, at a glance: one line per rival, one column per scenario, losses as plain as wins.
import {html} from "npm:htl";
import type {Claim, Summary} from "../../loaders/lab/claim.ts";
import {claimNumber} from "./claim.js";
import {estimate} from "./format.js";
import type {Records} from "./records.js";

/** Columns, left to right; of several data sets the first that was measured speaks. */
const COLUMNS: {head: string; scenarios: string[]}[] = [
  {head: "Search", scenarios: ["search wikispeedia-minilm, recall 0.95"]},
  {head: "Search, images", scenarios: ["search mnist, recall 0.95"]},
  {head: "2 hops", scenarios: ["2 hops power-law-graph", "2 hops wikispeedia"]},
  {head: "3 hops", scenarios: ["3 hops power-law-graph", "3 hops wikispeedia"]},
  {head: "Spreading", scenarios: ["spreading power-law-graph", "spreading wikispeedia"]},
  {head: "Hybrid", scenarios: ["hybrid question"]},
  {head: "Write, 1", scenarios: ["durable writes, one at a time"]},
  {head: "Write, 100", scenarios: ["durable writes, 100 at a time"]},
];

type Standing = "ahead" | "behind" | "level";
const LOOKS: Record<Standing, {mark: string; word: string}> = {
  ahead: {mark: "▲", word: "engram ahead"},
  behind: {mark: "▼", word: "engram behind"},
  level: {mark: "≈", word: "level, within the interval"},
};

const standingOf = ({low, high}: Claim): Standing =>
  low !== null && low > 1 ? "ahead" : high !== null && high < 1 ? "behind" : "level";

function cell(claim: Claim | undefined, records: Records): HTMLElement {
  if (claim === undefined) return html`<td class="numeric quiet">—</td>`;
  const standing = standingOf(claim);
  const {interval} = estimate(claim, "×");
  return html`<td class=${`numeric standing-${standing}`}>
    <span class="mark" role="img" aria-label=${LOOKS[standing].word}>${LOOKS[standing].mark}</span>${claimNumber(claim, records)}
    <small class="interval">${interval ?? "no interval"}</small></td>`;
}

/** Sentence first: how many comparisons, and every loss by name. */
function verdict(claims: Claim[]): HTMLElement {
  const by = (standing: Standing) => claims.filter((claim) => standingOf(claim) === standing);
  const named = (all: Claim[]) =>
    all.map(({compares}) => `${compares?.rival} in ${compares?.scenario}`).join("; ");
  const [behind, level] = [by("behind"), by("level")];
  return html`<p>engram is ahead in <b>${by("ahead").length}</b> of ${claims.length} comparisons${
    level.length === 0 ? "" : html`, level with ${named(level)}`
  }. ${behind.length === 0 ? "It is behind in none." : html`<b class="behind">It is behind ${named(behind)}.</b>`}</p>`;
}

export function standing(summary: Summary, records: Records): HTMLElement {
  const measured = summary.claims.filter(
    ({compares, value}) => compares !== null && value !== null && !compares.scenario.startsWith("control"),
  );
  const columns = COLUMNS.map(({head, scenarios}) => ({
    head,
    scenario: scenarios.find((name) => measured.some(({compares}) => compares?.scenario === name)),
  })).filter(({scenario}) => scenario !== undefined);
  if (columns.length === 0) return html`<p class="quiet">No ratios measured yet.</p>`;
  const shown = measured.filter(({compares}) =>
    columns.some(({scenario}) => scenario === compares?.scenario),
  );
  const rivals = [...new Set(shown.map(({compares}) => compares?.rival ?? ""))].sort();
  const of = (rival: string, scenario: string | undefined) =>
    shown.find(({compares}) => compares?.rival === rival && compares.scenario === scenario);
  return html`<div class="wide standing">
    ${verdict(shown)}
    <p class="key">${(Object.keys(LOOKS) as Standing[]).map(
      (name) =>
        html`<span class=${`standing-${name}`}><span class="mark">${LOOKS[name].mark}</span> ${LOOKS[name].word}</span>`,
    )}<span class="quiet">how many times as fast engram is, with its 95 % interval</span></p>
    <div class="table-scroll" tabindex="0" role="region" aria-label="engram against each system, by scenario"><table>
      <thead><tr><th scope="col">against</th>${columns.map(
        ({head, scenario}) => html`<th scope="col" class="numeric" title=${scenario}>${head}</th>`,
      )}</tr></thead>
      <tbody>${rivals.map(
        (rival) =>
          html`<tr><th scope="row">${rival}</th>${columns.map(({scenario}) => cell(of(rival, scenario), records))}</tr>`,
      )}</tbody>
    </table></div>
  </div>`;
}
