// The core by itself: curves of recall and rate per set of vectors, walks, durable stores, and the machine's own
// limits beside them.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {type DotRow, dotPanels} from "../charts/dots.js";
import {type FrontierRow, frontier} from "../charts/frontier.js";
import {chart} from "./chart.js";
import {count, number} from "./format.js";
import {frontierRows} from "./frontier-rows.js";
import {dataTable, orNull, type Rows, rowsOf} from "./table.js";

const rows = (summary: Summary, table: string): Rows => {
  const prepared = summary.tables[table];
  return prepared === undefined ? [] : rowsOf(prepared);
};
const rounded = (value: number) => count(Number(value.toPrecision(2)));
const notHere = (what: string) => html`<p class="quiet">${what} not measured in this profile.</p>`;

/** Recall against rate on one set of vectors. */
export function setFrontier(summary: Summary, set: string, title: string): HTMLElement {
  const found = rows(summary, `frontier-${set}`);
  const points: FrontierRow[] = frontierRows(found);
  if (points.length === 0) return notHere(`${title}:`);
  const vectors = Number(found[0]?.vectors);
  const best = [...new Set(points.map(({subject}) => subject))].flatMap((subject) => {
    const able = points.filter((point) => point.subject === subject && point.recall >= 0.95);
    return able.length === 0 ? [] : [able.reduce((a, b) => (b.qps > a.qps ? b : a))];
  });
  const told = best
    .sort((a, b) => b.qps - a.qps)
    .map(({subject, qps, recall}) => `${subject} ${rounded(qps)} queries/s at ${recall.toFixed(3)}`);
  return chart({
    title: `${title}, ${count(vectors)} vectors: at a recall of 0.95 or more, ${told[0] ?? "nobody answers"}`,
    summary: `Fastest width with a recall@10 of at least 0.95: ${told.join(", ")}. Rates are per second of the thread's own CPU time; bars reach from the lowest to the highest round. P99 is of single queries, in the same time.`,
    rows: points.map(({subject, effort, ...point}, at) => ({
      ...{index: subject, ef: effort, ...point},
      p99: orNull(found[at]?.p99_us),
    })),
    spec: (width) => frontier(points, width),
    height: 440,
    table: {units: {qps: "queries/s", p99: "µs"}, heads: {qps: "rate", recall: "recall@10", p99: "P99"}},
  });
}

/** Times of spreading and traversal. */
export function walkTimes(summary: Summary): HTMLElement {
  const found = rows(summary, "walks");
  if (found.length === 0) return notHere("Walks:");
  const dots: DotRow[] = found.map((row) => ({
    subject: String(row.walk),
    panel: row.operation === "spread_us" ? "spreading activation" : "distinct nodes",
    value: Number(row.middle_us),
    low: orNull(row.lowest_us),
    high: orNull(row.highest_us),
  }));
  const two = dots.find(
    ({subject, panel}) => subject === "1 seed, 2 hops" && panel === "spreading activation",
  );
  return chart({
    title: `Two links deep from one memory: ${number(two?.value ?? 0, 2)} µs`,
    summary: found
      .map(
        (row) =>
          `${row.walk}: ${number(Number(row.middle_us), 3)} µs, ${rounded(Number(row.arcs))} links looked at, ${rounded(Number(row.nodes))} nodes reached.`,
      )
      .join(" "),
    rows: found,
    spec: (width) => dotPanels(dots, width, {axis: "time per call, µs (log scale)", log: true}),
    height: dots.length * 27 + 120,
    table: {units: {middle_us: "µs", lowest_us: "µs", highest_us: "µs"}},
  });
}

/** Names that a phone has room for; the text above the chart says what they mean. */
const SHORT: Record<string, string> = {
  "engram, in bursts": "engram, bursts",
  "engram, without embedding": "engram, text",
  "engram, without embedding, new segments": "engram, grows",
};

/** Durable records a second beside the raw log. */
export function durableRates(summary: Summary): HTMLElement {
  const found = rows(summary, "durable");
  if (found.length === 0) return notHere("Durable stores:");
  const dots: DotRow[] = found.map((row) => ({
    subject: SHORT[String(row.who)] ?? String(row.who),
    panel: `${count(Number(row.batch))} a commit`,
    value: Number(row.per_s),
    low: orNull(row.lowest),
    high: orNull(row.highest),
  }));
  const one = (subject: string) =>
    dots.find((dot) => dot.panel.startsWith("1 ") && dot.subject === subject)?.value ?? 0;
  return chart({
    title: `One memory a commit: ${rounded(one("engram"))} a second, the raw log ${rounded(one("raw log"))}`,
    summary: dots.map(({subject, panel, value}) => `${panel}: ${subject} ${rounded(value)}/s.`).join(" "),
    rows: dots.map(({subject, panel, value, low, high}) => ({
      commit: panel,
      who: subject,
      rate: value,
      low,
      high,
    })),
    spec: (width) =>
      dotPanels(dots, width, {axis: "records per second (log scale); further right is better", log: true}),
    height: dots.length * 27 + 150,
    table: {units: {rate: "1/s", low: "1/s", high: "1/s"}},
  });
}

/** What linking alone would allow in large commits, beside what the store keeps. */
export function linkBound(summary: Summary): HTMLElement {
  const claim = (id: string) => summary.claims.find((one) => one.id === id);
  const share = (id: string) => claim(id)?.value ?? null;
  const commits = summary.claims.flatMap(({id}) => {
    const batch = Number(/^linked-(\d+)$/.exec(id)?.[1]);
    const [alone, kept] = [share(id), share(`durable-${batch}`)];
    return batch > 1 && alone !== null && kept !== null
      ? [`${count(batch)} a commit ${number(alone, 2)} of the raw log’s rate, the store ${number(kept, 2)}`]
      : [];
  });
  const missed = summary.claims.flatMap(({id, value}) => {
    const batch = Number(/^durable-(\d+)$/.exec(id)?.[1]);
    const floor = claim(`durable-plain-${batch}`)?.threshold ?? null;
    return value !== null && floor !== null && value < floor ? [`${count(batch)} a commit`] : [];
  });
  return commits.length === 0
    ? html`<p class="quiet">Not measured yet: what linking alone allows.</p>`
    : html`<p>Linking by itself, with no log and no disk, by one thread and up to this profile’s number of passages, would keep at ${commits.join("; at ")}. A store may keep a little more, whose graph is still smaller, or that has a second thread for links; a threshold many times above the first cannot be met by a graph that is kept current. The threshold of the log is therefore one for records that need no links, and with embeddings a store in large commits is held to the slower of the log and of linking. Held to the log’s, it would miss it at ${missed.join(" and at ") || "no size"}.</p>`;
}

/** A prepared table with its caption, or why there is none. */
export function plainTable(summary: Summary, id: string): HTMLElement {
  const table = summary.tables[id];
  if (table === undefined || table.rows.length === 0)
    return html`<p class="quiet">${table?.caption ?? id}: not in this profile.</p>`;
  return html`<div class="wide">${dataTable(rowsOf(table), {units: table.units, caption: table.caption})}</div>`;
}
