// Recall against queries per second: each system's frontier; up and to the right is better.
import type {TopLevelSpec} from "vega-lite";
import {frame, logDomain, logTicks} from "./frame.js";
import {DASHES, ENGRAM, isEngram, NARROW_PX, PAPER, QUIET, SHAPES} from "./theme.js";

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

/** Height of a label and its air, px. */
const LABEL_PX = 17;
/** A label stands this far above its point. */
const LIFT_PX = 13;

/** Where each label goes, relative to its point: above it, or as far below as others above demand. */
function apart(ends: FrontierRow[], toPx: (row: FrontierRow) => {x: number; y: number}) {
  const placed: {left: number; right: number; y: number}[] = [];
  return [...ends]
    .sort((a, b) => toPx(a).y - toPx(b).y)
    .map((row) => {
      const at = toPx(row);
      const [left, right] = [at.x, at.x + row.subject.length * 8];
      const beside = placed.filter((other) => other.left < right && left < other.right);
      const y = Math.max(at.y - LIFT_PX, ...beside.map((other) => other.y + LABEL_PX));
      // A label that would lie on its own point goes below it.
      const free = Math.abs(y - at.y) < LIFT_PX - 2 ? at.y + LIFT_PX : y;
      placed.push({left, right, y: free});
      return {row, dy: Math.round(free - at.y)};
    });
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
  const height = narrow ? 320 : 400;
  const toPx = (row: FrontierRow) => ({
    x: ((row.recall - lowest) / (1 - lowest)) * (width - 40),
    y: (1 - Math.log(row.qps / domain[0]) / Math.log(domain[1] / domain[0])) * height,
  });
  const labels = apart(ends, toPx);
  return {
    ...frame(width, height, "queries per second, one thread (log scale)"),
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
      // Names, each with a halo in the paper's colour so that no line runs through it.
      ...[{stroke: PAPER, strokeWidth: 5, strokeJoin: "round" as const}, {}].flatMap((halo) =>
        labels.map(({row, dy}) => ({
          data: {values: [row]},
          mark: {
            type: "text" as const,
            align: "left" as const,
            baseline: "middle" as const,
            dx: 2,
            dy,
            fontWeight: 600 as const,
            fontSize: 13,
            color: colour(row.subject),
            ...halo,
          },
          encoding: {y, text: {field: "subject"}},
        })),
      ),
    ],
  };
}
