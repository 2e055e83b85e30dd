// Every request as a dot, along the run: when slow ones came, and whether they came together.
import type {TopLevelSpec} from "vega-lite";
import {frame, logDomain, logTicks} from "./frame.js";
import {ENGRAM, INK, NARROW_PX, QUIET} from "./theme.js";

export interface RequestRow {
  /** Seconds since the block's start. */
  at_s: number;
  latency_ms: number;
  /** Above the percentile that is traced. */
  slow: boolean;
}

/** Canvas: tens of thousands of dots. `cut_ms`: the percentile above which requests are traced. */
export function requestStrip(rows: RequestRow[], width: number, cut_ms: number, cut: string): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const domain = logDomain(
    rows.map((row) => row.latency_ms),
    1.2,
  );
  const scale = {type: "log" as const, domain, nice: false};
  const y = {
    field: "latency_ms",
    type: "quantitative" as const,
    scale,
    axis: {values: logTicks(domain), format: "~r", title: null},
  };
  const end = Math.max(...rows.map((row) => row.at_s));
  const x = {
    field: "at_s",
    type: "quantitative" as const,
    scale: {domain: [0, end], nice: false},
    axis: {title: "seconds since the block started", grid: false, tickCount: narrow ? 4 : 8},
  };
  return {
    ...frame(width, 300, "latency, ms (log scale)"),
    data: {values: rows},
    layer: [
      {
        mark: {type: "circle", size: 5, opacity: 0.35, color: QUIET},
        transform: [{filter: "!datum.slow"}],
        encoding: {x, y},
      },
      {
        mark: {type: "point", filled: true, size: 34, opacity: 0.95, color: ENGRAM},
        transform: [{filter: "datum.slow"}],
        encoding: {
          x,
          y,
          tooltip: [
            {field: "at_s", title: "at, s", format: ".2f"},
            {field: "latency_ms", title: "ms", format: ",.3~r"},
          ],
        },
      },
      {
        data: {values: [{cut_ms, cut}]},
        mark: {type: "rule", color: INK, strokeWidth: 1, strokeDash: [3, 3]},
        encoding: {y: {field: "cut_ms", type: "quantitative", scale}},
      },
      {
        data: {values: [{cut_ms, cut, end}]},
        mark: {type: "text", align: "right", dy: -7, color: INK, fontWeight: 600},
        encoding: {
          x: {field: "end", type: "quantitative", scale: {domain: [0, end], nice: false}},
          y: {field: "cut_ms", type: "quantitative", scale},
          text: {field: "cut"},
        },
      },
    ],
  };
}
