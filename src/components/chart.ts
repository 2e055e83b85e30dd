// A chart on a page: the finding as its title, the drawing, a summary in words and the table of the same
// rows. The drawing is Vega-Lite; it follows the width, and arrow keys walk through its rows.
import {html} from "npm:htl";
import type {TopLevelSpec} from "npm:vega-lite";
import {CONFIG} from "../charts/theme.js";
import {dataTable, type Rows, type TableOptions} from "./table.js";

export interface ChartOptions {
  /** What it shows: a finding, not the names of its axes. */
  title: string;
  /** The same in words, made from the same rows. */
  summary: string;
  rows: Rows;
  /** Function from rows to marks, for a width in pixels. */
  spec: (width: number) => TopLevelSpec;
  /** Expected height, px: keeps the page still while the drawing arrives. */
  height?: number;
  table?: TableOptions;
  /** One row in words, for the reader who walks by keyboard. */
  say?: (row: Rows[number]) => string;
  /** `canvas` for thousands of marks. */
  renderer?: "svg" | "canvas";
  note?: string;
}

let charts = 0;

/** Colours of the stylesheet as plain colours: a canvas knows no variables. */
function resolveColours(value: unknown, style: CSSStyleDeclaration): unknown {
  if (typeof value === "string")
    return value.replaceAll(/var\((--[\w-]+)\)/g, (_all, name: string) =>
      style.getPropertyValue(name).trim(),
    );
  if (Array.isArray(value)) return value.map((item) => resolveColours(item, style));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveColours(item, style)]));
  return value;
}

function tooltip(plot: HTMLElement) {
  const tip = html`<div class="tip" hidden></div>`;
  plot.append(tip);
  return (_handler: unknown, event: MouseEvent, _item: unknown, value: unknown) => {
    if (value === null || value === undefined || value === "") {
      tip.hidden = true;
      return;
    }
    const rows = typeof value === "object" ? Object.entries(value) : [["", String(value)]];
    tip.replaceChildren(...rows.map(([key, text]) => html`<div><span>${key}</span> ${text}</div>`));
    tip.hidden = false;
    const box = plot.getBoundingClientRect();
    const left = Math.min(event.clientX - box.left + 12, box.width - tip.offsetWidth - 4);
    tip.style.transform = `translate(${Math.max(0, left)}px, ${event.clientY - box.top + 14}px)`;
  };
}

async function draw(plot: HTMLElement, target: HTMLElement, options: ChartOptions, width: number) {
  const [vega, vegaLite] = await Promise.all([import("npm:vega"), import("npm:vega-lite")]);
  const style = getComputedStyle(document.documentElement);
  const renderer = options.renderer ?? "svg";
  // The font must be named, not a variable: Vega measures text with it to make room for labels.
  const config = {...CONFIG, font: style.getPropertyValue("--sans").trim()};
  const spec = {...options.spec(width), config};
  const coloured = (renderer === "canvas" ? resolveColours(spec, style) : spec) as TopLevelSpec;
  const runtime = vega.parse(vegaLite.compile(coloured).spec);
  const view = new vega.View(runtime, {renderer, container: target, hover: true});
  view.tooltip(tooltip(plot) as never);
  await view.runAsync();
  return view;
}

export function chart(options: ChartOptions): HTMLElement {
  const id = `chart-${++charts}`;
  const {title, summary, rows, table = {}, note, say, height = 320} = options;
  const target = html`<div class="drawing" aria-hidden="true"></div>`;
  const readout = html`<p class="readout" aria-live="polite"></p>`;
  const plot = html`<div class="plot" tabindex="0" role="img" aria-labelledby=${`${id}-title`} aria-describedby=${`${id}-summary`} style=${`min-height:${height}px`}>${target}</div>`;
  const figure = html`<figure class="chart" id=${id}>
    <h3 id=${`${id}-title`}>${title}</h3>
    ${plot}${readout}
    <figcaption><p id=${`${id}-summary`}>${summary}</p>${note === undefined ? null : html`<p class="quiet">${note}</p>`}</figcaption>
    <details><summary>The ${rows.length} rows drawn above, as a table</summary>${dataTable(rows, table)}</details>
  </figure>`;

  let drawn = 0;
  let finalize = () => undefined as unknown;
  const redraw = async (width: number) => {
    if (width < 40 || Math.abs(width - drawn) < 2) return;
    drawn = width;
    finalize();
    const view = await draw(plot, target, options, width);
    finalize = () => view.finalize();
    plot.style.minHeight = "";
    figure.dataset.drawn = "true";
  };
  new ResizeObserver(([entry]) => void redraw(Math.floor(entry?.contentRect.width ?? 0))).observe(plot);
  if (options.renderer === "canvas")
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      const width = drawn;
      drawn = 0;
      void redraw(width);
    });

  let at = -1;
  plot.addEventListener("keydown", (event: KeyboardEvent) => {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (step === undefined || rows.length === 0) return;
    event.preventDefault();
    at = (at + step + rows.length) % rows.length;
    const row = rows[at] as Rows[number];
    readout.textContent =
      say?.(row) ??
      Object.entries(row)
        .map(([key, value]) => `${key.replaceAll("_", " ")} ${value ?? "none"}`)
        .join(", ");
  });
  return figure;
}
