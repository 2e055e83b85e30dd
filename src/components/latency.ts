// The story of a latency distribution, drawn and told from an experiment's tables.
import {html} from "npm:htl";
import type {Summary} from "../../loaders/lab/claim.ts";
import {latencyByPercentile, type PercentileRow, percentileName} from "../charts/latency.js";
import {type RequestRow, requestStrip} from "../charts/requests.js";
import {shareBars} from "../charts/shares.js";
import {chart} from "./chart.js";
import {count, estimate, number} from "./format.js";
import {live} from "./live.js";
import type {Records} from "./records.js";
import {type Rows, rowsOf} from "./table.js";

function percentileRows(summary: Summary): PercentileRow[] {
  const table = summary.tables.percentiles;
  if (table === undefined) return [];
  return rowsOf(table).map((row) => ({
    series: String(row.operation),
    quantile: Number(row.quantile),
    latency_ms: Number(row.latency_ms),
    low_ms: row.low_ms === null ? null : Number(row.low_ms),
    high_ms: row.high_ms === null ? null : Number(row.high_ms),
    engram: true,
  }));
}

function deepest(rows: PercentileRow[]): PercentileRow {
  return rows.reduce((a, b) => (b.quantile > a.quantile ? b : a));
}

function toldLatency(row: PercentileRow): string {
  const {value, interval} = estimate({value: row.latency_ms, low: row.low_ms, high: row.high_ms}, "ms");
  return interval === null ? value : `${value} (${interval})`;
}

export function latencyCurves(summary: Summary): HTMLElement {
  const rows = percentileRows(summary);
  if (rows.length === 0) return html`<p class="quiet">No latencies measured yet.</p>`;
  const names = [...new Set(rows.map((row) => row.series))];
  const curves = names.map((name) => rows.filter((row) => row.series === name));
  const slowest = deepest(curves.map(deepest).sort((a, b) => b.latency_ms - a.latency_ms));
  const median = rows.find((row) => row.series === slowest.series && row.quantile === 0.5);
  const factor =
    median === undefined ? "" : `, ${number(slowest.latency_ms / median.latency_ms, 2)} times the usual one`;
  return chart({
    title: `The slowest one in ${count(1 / (1 - slowest.quantile))} ${slowest.series} requests takes ${estimate({value: slowest.latency_ms, low: slowest.low_ms, high: slowest.high_ms}, "ms").value} or more${factor}`,
    summary: curves
      .map((curve) => {
        const usual = curve.find((row) => row.quantile === 0.5);
        const last = deepest(curve);
        return `${last.series}: ${usual === undefined ? "" : `half within ${toldLatency(usual)}, `}${percentileName(last.quantile)} ${toldLatency(last)}.`;
      })
      .join(" "),
    rows: rows.map(({engram: _engram, ...row}) => ({...row, percentile: percentileName(row.quantile)})),
    spec: (width) => latencyByPercentile(rows, width),
    height: 380,
    table: {
      units: {latency_ms: "ms", low_ms: "ms", high_ms: "ms"},
      heads: {latency_ms: "latency", low_ms: "from", high_ms: "to"},
    },
    say: (row) =>
      `${row.series}, ${row.percentile}: ${row.latency_ms} ms, interval ${row.low_ms} to ${row.high_ms} ms`,
  });
}

export function causeShares(summary: Summary): HTMLElement {
  const table = summary.tables.causes;
  const rows = table === undefined ? [] : rowsOf(table);
  if (rows.length === 0) return html`<p class="quiet">No slow requests were traced.</p>`;
  const total = rows.reduce((sum, row) => sum + Number(row.requests), 0);
  const causes = [...new Set(rows.map((row) => String(row.cause)))]
    .map((name) => {
      const requests = rows
        .filter((row) => row.cause === name)
        .reduce((sum, row) => sum + Number(row.requests), 0);
      return {name, count: requests, share: requests / total};
    })
    .sort((a, b) => b.count - a.count);
  const first = causes[0] ?? {name: "none", share: 0, count: 0};
  const known = total - (causes.find((cause) => cause.name === "unexplained")?.count ?? 0);
  const explained =
    known === 0
      ? `None of the ${count(total)} slowest requests has a cause in the diary`
      : `${count(known)} of the ${count(total)} slowest requests have a cause in the diary`;
  return chart({
    title:
      first.name === "unexplained" ? explained : `Most slow requests waited for one thing: ${first.name}`,
    summary: `${explained}. ${causes.map(({name, share}) => `${name} ${Math.round(share * 100)} %`).join(", ")}.`,
    rows: causes.map(({name, count: requests, share}) => ({cause: name, requests, share})),
    spec: (width) => shareBars(causes, width, "share of the requests above P99.9"),
    height: causes.length * 30 + 40,
  });
}

/** Every request of the runs' first block, drawn from the records when asked for. */
export function requestsOverTime(summary: Summary, records: Records): HTMLElement {
  const deepestTraced = 0.999;
  return live({
    label: "Draw every single request",
    records,
    sql: `SELECT operation, intended_ns / 1e9 AS at_s, latency_ns / 1e6 AS latency_ms,
  latency_ns > quantile_disc(latency_ns, ${deepestTraced}) OVER (PARTITION BY operation) AS slow
FROM requests
WHERE unit = (SELECT min(unit) FROM requests) AND status = 'ok'
ORDER BY at_s`,
    draw: (rows: Rows) => {
      const dots: RequestRow[] = rows.map((row) => ({
        at_s: Number(row.at_s),
        latency_ms: Number(row.latency_ms),
        slow: row.slow === true,
      }));
      const slow = dots.filter((dot) => dot.slow);
      const cut = Math.min(...slow.map((dot) => dot.latency_ms));
      return chart({
        title: `Every one of ${count(dots.length)} requests of one block, as it came`,
        summary: `${count(slow.length)} requests lie above P99.9 of their kind, the slowest at ${number(Math.max(...dots.map((dot) => dot.latency_ms)))} ms.`,
        rows: rows.filter((row) => row.slow === true),
        spec: (width) => requestStrip(dots, width, cut, "above P99.9"),
        height: 340,
        renderer: "canvas",
        note: `Experiment ${summary.id}; the table lists the requests above P99.9.`,
      });
    },
  });
}
