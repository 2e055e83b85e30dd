// Recall against queries per second: each system's frontier; up and to the right is better.
import type {TopLevelSpec} from "vega-lite";
import {frame, logDomain, logTicks} from "./frame.js";
import {DASHES, ENGRAM, isEngram, NARROW_PX, QUIET, SHAPES} from "./theme.js";

export interface FrontierRow {
  subject: string;
  /** The system's own knob (ef, nprobe, …). */
  effort: number;
  /** recall@10, 0…1. */
  recall: number;
  qps: number;
  low: number | null;
  high: number | null;
}

export function frontier(rows: FrontierRow[], width: number): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const subjects = [...new Set(rows.map((row) => row.subject))].sort(
    (a, b) => Number(isEngram(b)) - Number(isEngram(a)) || a.localeCompare(b),
  );
  const domain = logDomain(
    rows.flatMap((row) => [row.qps, row.low, row.high]),
    1.25,
  );
  const scale = {type: "log" as const, domain, nice: false};
  const lowest = Math.max(0, Math.floor((Math.min(...rows.map((row) => row.recall)) - 0.002) * 50) / 50);
  const x = {
    field: "recall",
    type: "quantitative" as const,
    scale: {domain: [lowest, 1], nice: false},
    axis: {
      format: ".2f",
      tickCount: narrow ? 4 : 7,
      title: "recall@10 (share of the true ten nearest found)",
      grid: false,
    },
  };
  const y = {
    field: "qps",
    type: "quantitative" as const,
    scale,
    axis: {values: logTicks(domain), format: "~s", title: null},
  };
  const colour = (name: string) => (isEngram(name) ? ENGRAM : QUIET);
  // Each name stands at its own line's left end, where the lines are furthest apart.
  const ends = subjects.map((name) => {
    const own = rows.filter((row) => row.subject === name);
    return own.reduce((a, b) => (b.recall < a.recall ? b : a));
  });
  return {
    ...frame(width, narrow ? 320 : 400, "queries per second, one thread (log scale)"),
    data: {values: rows},
    encoding: {x},
    layer: [
      {
        mark: {type: "rule", strokeWidth: 6, opacity: 0.22},
        transform: [{filter: "datum.low !== null && datum.high !== null"}],
        encoding: {
          y: {field: "low", type: "quantitative", scale},
          y2: {field: "high"},
          color: {field: "subject", scale: {domain: subjects, range: subjects.map(colour)}},
        },
      },
      ...subjects.map((name, index) => ({
        mark: {
          type: "line" as const,
          color: colour(name),
          strokeWidth: isEngram(name) ? 2.5 : 1.5,
          ...(isEngram(name) ? {} : {strokeDash: DASHES[index % DASHES.length] as number[]}),
        },
        transform: [{filter: {field: "subject", equal: name}}],
        encoding: {y, order: {field: "effort", type: "quantitative" as const}},
      })),
      {
        mark: {type: "point", filled: true, size: 48, opacity: 1},
        encoding: {
          y,
          color: {field: "subject", scale: {domain: subjects, range: subjects.map(colour)}},
          shape: {field: "subject", scale: {domain: subjects, range: ["circle", ...SHAPES]}},
          tooltip: [
            {field: "subject", title: "system"},
            {field: "effort"},
            {field: "recall", title: "recall@10", format: ".4f"},
            {field: "qps", title: "queries/s", format: ",.3~r"},
          ],
        },
      },
      {
        data: {values: ends},
        mark: {type: "text", align: "left", dx: 2, dy: -12, fontWeight: 600, fontSize: 13},
        encoding: {
          y,
          text: {field: "subject"},
          color: {field: "subject", scale: {domain: subjects, range: subjects.map(colour)}},
        },
      },
    ],
  };
}
