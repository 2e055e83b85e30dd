// A claim on a page: the number, and behind a click all that stands behind it. The click also computes
// the number again, from the records, in the reader's browser, and says whether it agrees.
import {html} from "npm:htl";
import type {Claim} from "../../loaders/lab/claim.ts";
import {agrees, type Recomputed} from "./agreement.js";
import {count, estimate, isKnown, number, plural, threshold} from "./format.js";
import type {Records} from "./records.js";
import {verdictBadge} from "./verdict.js";

export type Check = "unchecked" | "checking" | "agrees" | "differs" | "failed";

interface Kept {
  claim: Claim;
  records: Records;
  listeners: Set<(check: Check, detail: Node | string) => void>;
  running: Promise<Check> | undefined;
}

/** Every claim on the page, once, by its id: a number shown twice is checked once. */
const kept = new Map<string, Kept>();

function keep(claim: Claim, records: Records): Kept {
  const key = `${claim.experiment}/${claim.id}`;
  const entry = kept.get(key) ?? {claim, records, listeners: new Set(), running: undefined};
  kept.set(key, entry);
  return entry;
}

/** Decimals and 128-bit sums come out of DuckDB as words of bits; the page compares doubles. */
const asDoubles = (sql: string) =>
  `SELECT CAST(value AS DOUBLE) AS value, CAST(n AS DOUBLE) AS n FROM (${sql.trim().replace(/;$/, "")})`;

async function recompute({claim, records}: Kept, say: (doing: string) => void): Promise<[Check, Node]> {
  const started = performance.now();
  const {client, checksums} = await records.open(say);
  say("running the query");
  const row = (await client.query(asDoubles(claim.sql))).get(0)?.toJSON() as Recomputed | undefined;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const same = agrees(claim, row);
  const files = checksums.map(({file, sha256, matches}) =>
    matches
      ? html`<li>${file}: SHA-256 <code>${sha256.slice(0, 12)}…</code> as published</li>`
      : html`<li>${file}: checksum not verified, because this page is not served over https or from this machine</li>`,
  );
  const verified = checksums.every(({matches}) => matches)
    ? `from ${plural(checksums.length, "file")}, each verified by its checksum`
    : `from ${plural(checksums.length, "file")}, not verified`;
  const shown =
    row === undefined ? "no row" : `${number(Number(row.value), 6)} over n = ${count(Number(row.n))}`;
  const text = same
    ? html`<p><b>Your browser gets the same number</b>: ${shown}, in ${seconds} s.</p>`
    : html`<p><b>Your browser gets a different number</b>: ${shown}; the page says ${claim.value === null ? "nothing" : number(claim.value, 6)} over n = ${count(claim.n)}.</p>`;
  return [
    same ? "agrees" : "differs",
    html.fragment`${text}<details><summary>${verified}</summary><ul class="files">${files}</ul></details>`,
  ];
}

function run(entry: Kept): Promise<Check> {
  const tell = (check: Check, detail: Node | string) => {
    for (const listener of entry.listeners)
      listener(check, typeof detail === "string" ? detail : detail.cloneNode(true));
    return check;
  };
  entry.running ??= (async () => {
    tell("checking", "…");
    try {
      return tell(...(await recompute(entry, (doing) => tell("checking", `${doing}…`))));
    } catch (error) {
      return tell("failed", error instanceof Error ? error.message : String(error));
    } finally {
      entry.running = undefined;
    }
  })();
  return entry.running;
}

/** Checks every claim the page shows, one after the other. */
export async function checkAll(progress: (done: number, total: number, differing: number) => void) {
  const entries = [...kept.values()];
  let differing = 0;
  for (const [index, entry] of entries.entries()) {
    progress(index, entries.length, differing);
    if ((await run(entry)) !== "agrees") differing += 1;
  }
  progress(entries.length, entries.length, differing);
}

const MARKS: Record<Check, string> = {unchecked: "", checking: "…", agrees: "✓", differs: "✗", failed: "?"};
const SAID: Record<Check, string> = {
  unchecked: "",
  checking: "being computed again",
  agrees: "computed again, the same",
  differs: "computed again, different",
  failed: "could not be computed again",
};

function card(entry: Kept): HTMLElement {
  const {claim} = entry;
  const {value, interval} = estimate(claim, claim.unit);
  const result = html`<div class="result" role="status"></div>`;
  entry.listeners.add((check, detail) => {
    result.className = `result result-${check}`;
    result.replaceChildren(
      html`<span class="mark" aria-hidden="true">${MARKS[check]}</span>`,
      html`<div>${detail}</div>`,
    );
  });
  const judged =
    claim.threshold === null || claim.comparison === null
      ? null
      : html.fragment`<dt>Required</dt><dd>${threshold(claim.comparison, claim.threshold, claim.unit)} ${
          claim.source === null ? "" : html`<span class="quiet">(${claim.source})</span>`
        }${claim.verdict === null ? "" : verdictBadge(claim.verdict)}</dd>`;
  const units = claim.units === claim.n ? "" : `, in ${plural(claim.units, "block")}`;
  const panel = html`<div popover class="claim-card" role="dialog" aria-label=${claim.label}>
    <header><h4>${claim.label}</h4><button class="close" aria-label="Close">×</button></header>
    <p class="figure">${value} ${interval === null ? html`<span class="quiet">no interval</span>` : html`<span class="interval">95 % interval ${interval}</span>`}</p>
    <dl>
      <dt>Rests on</dt><dd>n = ${count(claim.n)}${units}; ${claim.scope}</dd>
      <dt>Method</dt><dd>${claim.method}</dd>
      ${judged}
      ${claim.needs === null ? null : html.fragment`<dt>Still needed</dt><dd>${claim.needs}</dd>`}
    </dl>
    <details><summary>SQL</summary><pre><code>${claim.sql.trim()}</code></pre></details>
    ${result}
  </div>`;
  panel.querySelector<HTMLElement>(".close")?.addEventListener("click", () => panel.hidePopover());
  return panel;
}

/** Beside the number on a wide screen, at the foot of a narrow one. */
function place(panel: HTMLElement, anchor: Element) {
  if (innerWidth < 640) return panel.removeAttribute("style");
  const at = anchor.getBoundingClientRect();
  const width = 400;
  const left = Math.max(12, Math.min(at.left, innerWidth - width - 12));
  const below = innerHeight - at.bottom > 360 || at.top < innerHeight / 2;
  panel.style.cssText = below
    ? `left:${left}px;top:${at.bottom + 8}px;bottom:auto;max-height:${innerHeight - at.bottom - 20}px`
    : `left:${left}px;bottom:${innerHeight - at.top + 8}px;top:auto;max-height:${at.top - 20}px`;
}

/** The number as a button in running text or a table. `text` overrides what is shown. */
export function claimNumber(claim: Claim, records: Records, text?: string): HTMLElement {
  if (!isKnown(claim.value) || claim.n === 0) return html`<span class="quiet">not measured</span>`;
  const entry = keep(claim, records);
  const shown = text ?? estimate(claim, claim.unit).value;
  const mark = html`<span class="mark" aria-hidden="true"></span>`;
  const said = html`<span class="hidden"></span>`;
  const button = html`<button class="claim" type="button" aria-haspopup="dialog" data-claim=${`${claim.experiment}/${claim.id}`} title="Compute this number again"><span class="number">${shown}</span>${mark}${said}</button>`;
  entry.listeners.add((check) => {
    button.dataset.check = check;
    mark.textContent = MARKS[check];
    said.textContent = SAID[check] === "" ? "" : ` (${SAID[check]})`;
  });
  let panel: HTMLElement | undefined;
  button.addEventListener("click", () => {
    if (panel === undefined) {
      panel = card(entry);
      document.body.append(panel);
    }
    panel.showPopover();
    place(panel, button);
    void run(entry);
  });
  return button;
}

/** The number with its interval, as a sentence needs it. */
export function claimWithInterval(claim: Claim, records: Records): HTMLElement {
  const {interval} = estimate(claim, claim.unit);
  return html`<span class="estimate">${claimNumber(claim, records)}${
    interval === null ? "" : html` <span class="interval">(${interval})</span>`
  }</span>`;
}
