// The start page's answers: each with its verdict, its number and the way to the whole story.
import {html} from "npm:htl";
import type {Overview} from "../../loaders/lab/claim.ts";
import {answers} from "./answers.js";
import {recordsOf} from "./records.js";

export function headlines(overview: Overview): HTMLElement {
  if (overview.answers.length === 0)
    return html`<div class="notice"><p>Nothing has been measured yet. <code>npm run report</code> measures and publishes.</p></div>`;
  const pages = new Map(overview.experiments.map((item) => [item.id, item]));
  const name = (experiment: string) => `${experiment}-${pages.get(experiment)?.slug}`;
  return answers(overview.answers, (claim) => recordsOf(name(claim.experiment)), {
    link: (claim) => ({
      href: `./experiments/${name(claim.experiment)}.html`,
      text: pages.get(claim.experiment)?.title ?? claim.experiment,
    }),
  });
}
