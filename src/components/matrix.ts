// All 31 experiments with their verdicts, small: shape, number, name, and what is missing.
import {html} from "npm:htl";
import type {Overview} from "../../loaders/lab/claim.ts";
import {LOOKS, verdictBadge, verdictShape} from "./verdict.js";

type Entry = Overview["experiments"][number];

const UNBUILT = "not built yet";

function entry(item: Entry): HTMLElement {
  const unbuilt = item.slug === null;
  const name = unbuilt
    ? html`<span class="unbuilt">${item.title}</span>`
    : html`<span><a href=${`./experiments/${item.id}-${item.slug}.html`}>${item.title}</a>${
        item.note === "" ? "" : html`<small>${item.note}</small>`
      }</span>`;
  const shape = unbuilt
    ? html`<span class="shape-none" role="img" aria-label=${UNBUILT}>·</span>`
    : verdictShape(item.verdict, LOOKS[item.verdict].word);
  return html`<li>${shape}<span class="id">${item.id}</span>${name}</li>`;
}

export function matrix(experiments: Entry[]): HTMLElement {
  const groups = [...new Set(experiments.map((item) => item.group))];
  const tally = (verdict: Entry["verdict"]) =>
    experiments.filter((item) => item.slug !== null && item.verdict === verdict).length;
  const unbuilt = experiments.filter((item) => item.slug === null).length;
  return html`<div class="wide">
    <p class="key">${(Object.keys(LOOKS) as Entry["verdict"][]).map(
      (verdict) => html`<span>${tally(verdict)} ${verdictBadge(verdict)}</span>`,
    )}<span class="quiet">${unbuilt} ${UNBUILT}</span></p>
    ${groups.map(
      (group) =>
        html`<div><h3>${group}</h3><ol class="matrix">${experiments
          .filter((item) => item.group === group)
          .map(entry)}</ol></div>`,
    )}
  </div>`;
}
