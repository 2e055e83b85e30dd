// One dot with its interval per system or method, in panels: quality by metric, time by hops.
import type {TopLevelSpec} from "vega-lite";
import {frame, logDomain, logTicks, withRoom} from "./frame.js";
import {ENGRAM, INK, isEngram, NARROW_PX, QUIET} from "./theme.js";

export interface DotRow {
  /** System or method: one line per panel. */
  subject: string;
  /** Heading of the panel: `nDCG@10`, `2 hops`. */
  panel: string;
  value: number;
  low: number | null;
  high: number | null;
}

export interface DotOptions {
  /** Title of the value axis with its unit. */
  axis: string;
  log?: boolean;
  /** Digits of the number at each dot. */
  digits?: number;
}

const ROW_PX = 27;
const HEADING_PX = 30;

/** All panels on one scale, below each other: a panel's heading is a line of its own. */
export function dotPanels(
  rows: DotRow[],
  width: number,
  {axis, log = false, digits = 3}: DotOptions,
): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const panels = [...new Set(rows.map((row) => row.panel))];
  const lines = panels
    .flatMap((panel) => [
      {key: `${panel}|`, panel, heading: panels.length > 1},
      ...rows
        .filter((row) => row.panel === panel)
        .map((row) => ({key: `${panel}|${row.subject}`, panel, heading: false})),
    ])
    .filter((line) => !line.key.endsWith("|") || line.heading);
  const values = rows.map((row) => ({
    ...row,
    key: `${row.panel}|${row.subject}`,
    ours: isEngram(row.subject),
    told: row.value.toLocaleString("en-US", {maximumSignificantDigits: digits}),
    right: row.high ?? row.value,
  }));
  const all = rows.flatMap((row) => [row.value, row.low, row.high]);
  const domain: [number, number] = log
    ? withRoom(logDomain(all, 1.3), 60, width - 150)
    : [0, Math.max(...all.filter((value) => value !== null)) * 1.15];
  const scale = {type: log ? ("log" as const) : ("linear" as const), domain, nice: false};
  const y = {
    field: "key",
    type: "nominal" as const,
    scale: {domain: lines.map((line) => line.key)},
    axis: {
      title: null,
      grid: false,
      labelExpr: "split(datum.label, '|')[1] || split(datum.label, '|')[0]",
      labelColor: {condition: {test: "indexof(datum.label, '|engram') >= 0", value: ENGRAM}, value: INK},
      labelFontWeight: {
        condition: {
          test: "indexof(datum.label, '|engram') >= 0 || split(datum.label, '|')[1] === ''",
          value: "bold" as const,
        },
        value: "normal" as const,
      },
      labelFontSize: 13,
      labelPadding: 10,
      labelLimit: narrow ? 120 : 240,
    },
  };
  const color = {condition: {test: "datum.ours", value: ENGRAM}, value: QUIET};
  const x = {
    type: "quantitative" as const,
    scale,
    axis: {
      title: axis,
      ...(log ? {values: logTicks(domain), format: ",~r"} : {tickCount: narrow ? 4 : 6, format: "~r"}),
    },
  };
  return {
    ...frame(width, lines.length * ROW_PX + (panels.length > 1 ? HEADING_PX / 2 : 0)),
    data: {values},
    layer: [
      {
        mark: {type: "rule", strokeWidth: 2.5, opacity: 0.55},
        transform: [{filter: "datum.low !== null && datum.high !== null"}],
        encoding: {y, x: {...x, field: "low"}, x2: {field: "high"}, color},
      },
      {
        mark: {type: "point", filled: true, size: 70, opacity: 1},
        encoding: {
          y,
          x: {...x, field: "value"},
          color,
          shape: {condition: {test: "datum.ours", value: "circle"}, value: "square"},
          tooltip: [
            {field: "subject"},
            {field: "panel", title: ""},
            {field: "told", title: "value"},
            {field: "low", title: "from", format: ",.3~r"},
            {field: "high", title: "to", format: ",.3~r"},
          ],
        },
      },
      {
        mark: {type: "text", align: "left", dx: 9, fontSize: 12},
        encoding: {y, x: {...x, field: "right"}, text: {field: "told"}, color},
      },
    ],
  };
}
