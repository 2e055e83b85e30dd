// Values in order, one line per series, each named at its right end: histories, and shares that grow with time.
import type {TopLevelSpec} from "vega-lite";
import {frame, logDomain, logTicks} from "./frame.js";
import {DASHES, ENGRAM, NARROW_PX, PAPER, QUIET} from "./theme.js";

export interface LineRow {
  series: string;
  x: number;
  y: number;
  /** Marked as a place where something changed. */
  changed?: boolean;
}

export interface LineOptions {
  /** Titles of the axes, with units. */
  horizontal: string;
  vertical: string;
  log?: boolean;
  /** Format of the vertical axis. */
  format?: string;
  /** A line across, with its name. */
  mark?: {at: number; says: string};
}

const HEIGHT_PX = 300;
const LABEL_PX = 8;

export function lines(
  rows: LineRow[],
  width: number,
  {horizontal, vertical, log = false, format = "~r", mark}: LineOptions,
): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const series = [...new Set(rows.map((row) => row.series))];
  const [first, last] = [Math.min(...rows.map((row) => row.x)), Math.max(...rows.map((row) => row.x))];
  const longest = Math.max(...series.map((name) => name.length));
  // Room at the right end for the longest name.
  const room =
    series.length > 1
      ? ((last - first || 1) * longest * LABEL_PX) / Math.max(width - longest * LABEL_PX, 100)
      : 0;
  const domain = logDomain(
    rows.map((row) => row.y),
    1.2,
  );
  const x = {
    field: "x",
    type: "quantitative" as const,
    scale: {domain: [first, last + room], nice: false},
    axis: {title: horizontal, tickCount: narrow ? 4 : 8, format: "d", grid: false},
  };
  const scale = log
    ? {type: "log" as const, domain, nice: false}
    : {domain: [0, Math.max(1, ...rows.map((row) => row.y))]};
  const y = {
    field: "y",
    type: "quantitative" as const,
    scale,
    axis: {title: null, format, ...(log ? {values: logTicks(domain)} : {})},
  };
  const ends = series.map((name) =>
    rows.filter((row) => row.series === name).reduce((a, b) => (b.x > a.x ? b : a)),
  );
  return {
    ...frame(width, narrow ? HEIGHT_PX - 40 : HEIGHT_PX, vertical),
    data: {values: rows},
    layer: [
      ...(mark === undefined
        ? []
        : [
            {
              data: {values: [mark]},
              mark: {type: "rule" as const, color: QUIET, strokeDash: [4, 4]},
              encoding: {y: {...y, field: "at"}},
            },
          ]),
      ...series.map((name, index) => ({
        mark: {
          type: "line" as const,
          color: series.length === 1 ? ENGRAM : QUIET,
          strokeWidth: 2,
          ...(index === 0 ? {} : {strokeDash: DASHES[index % DASHES.length] as number[]}),
        },
        transform: [{filter: {field: "series", equal: name}}],
        encoding: {x, y},
      })),
      {
        mark: {type: "point" as const, filled: true, size: 40, opacity: 1, color: ENGRAM},
        encoding: {
          x,
          y,
          tooltip: [
            {field: "series", title: ""},
            {field: "x", title: horizontal},
            {field: "y", title: vertical, format: ",.3~r"},
          ],
        },
      },
      {
        transform: [{filter: "datum.changed === true"}],
        mark: {type: "point" as const, filled: false, size: 160, strokeWidth: 2, color: "var(--missed)"},
        encoding: {x, y},
      },
      ...(series.length === 1
        ? []
        : [{stroke: PAPER, strokeWidth: 5, strokeJoin: "round" as const}, {}].map((halo) => ({
            data: {values: ends},
            mark: {type: "text" as const, align: "left" as const, dx: 8, fontSize: 12, ...halo},
            encoding: {x, y, text: {field: "series"}},
          }))),
    ],
  };
}
