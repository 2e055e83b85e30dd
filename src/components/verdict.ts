// The three verdicts, each by word, shape and colour, so that none of the three is needed alone.
import {html, svg} from "npm:htl";
import type {Claim} from "../../loaders/lab/claim.ts";

type Verdict = NonNullable<Claim["verdict"]>;

interface Look {
  word: string;
  name: string;
  /** Path in a 16 × 16 box. */
  shape: string;
}

export const LOOKS: Record<Verdict, Look> = {
  met: {word: "met", name: "met", shape: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM4.6 8.2l2.3 2.4 4.5-5"},
  missed: {word: "missed", name: "missed", shape: "M8 .8 15.2 8 8 15.2.8 8ZM5.8 5.8l4.4 4.4m0-4.4-4.4 4.4"},
  "not enough evidence": {
    word: "not enough evidence",
    name: "open",
    shape: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5.2 8h.1m2.7 0h.1m2.7 0h.1",
  },
};

/** The shape alone; it needs its word beside it or as its label. */
export function verdictShape(verdict: Verdict, label?: string): Element {
  const look = LOOKS[verdict];
  const shape = svg`<svg class="shape shape-${look.name}" viewBox="0 0 16 16" width="16" height="16"><path d=${look.shape}></path></svg>`;
  if (label === undefined) shape.setAttribute("aria-hidden", "true");
  else {
    shape.setAttribute("role", "img");
    shape.setAttribute("aria-label", label);
  }
  return shape;
}

export function verdictBadge(verdict: Verdict): HTMLElement {
  const look = LOOKS[verdict];
  return html`<span class="verdict verdict-${look.name}">${verdictShape(verdict)}<span>${look.word}</span></span>`;
}
