// Latency by percentile on a log-log scale: how much slower the slowest requests are than the usual one.
import type {TopLevelSpec} from "vega-lite";
import {frame, logDomain, logTicks} from "./frame.js";
import {DASHES, ENGRAM, NARROW_PX, PAPER, QUIET, SHAPES} from "./theme.js";

export interface PercentileRow {
  /** The line's name, written at its end. */
  series: string;
  /** 0…1. */
  quantile: number;
  latency_ms: number;
  low_ms: number | null;
  high_ms: number | null;
  /** Drawn in engram's colour. */
  engram: boolean;
}

/** `P99.9`: the percentile as it is spoken. */
export function percentileName(quantile: number): string {
  return `P${Number((quantile * 100).toFixed(4))}`;
}

/** A name stands this far from its line, and names this far from each other, px. */
const LIFT_PX = 13;
const LABEL_PX = 17;

/** Vega expression: from the share of slower requests (x) back to the percentile's name. */
const NAME = "'P' + format(100 * (1 - datum.value), '~r')";

export function latencyByPercentile(rows: PercentileRow[], width: number): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const height = narrow ? 280 : 340;
  const series = [...new Set(rows.map((row) => row.series))];
  const y = logDomain(rows.flatMap((row) => [row.latency_ms, row.low_ms, row.high_ms]));
  const slower = [...new Set(rows.map((row) => Number((1 - row.quantile).toPrecision(6))))];
  const last = (name: string) =>
    Math.max(...rows.filter((row) => row.series === name).map((row) => row.quantile));
  const values = rows.map((row) => ({
    ...row,
    slower: Number((1 - row.quantile).toPrecision(6)),
    percentile: percentileName(row.quantile),
    end: row.quantile === last(row.series),
  }));
  // Names stand above the ends of their lines; one that would touch the name above it goes below its line.
  const toPx = (ms: number) => (1 - Math.log(ms / y[0]) / Math.log(y[1] / y[0])) * height;
  let lowest = Number.NEGATIVE_INFINITY;
  const ends = values
    .filter((row) => row.end)
    .sort((a, b) => b.latency_ms - a.latency_ms)
    .map((row) => {
      const at = toPx(row.latency_ms);
      const dy = at - LIFT_PX - lowest < LABEL_PX ? Math.max(LIFT_PX, lowest + LABEL_PX - at) : -LIFT_PX;
      lowest = at + dy;
      return {row, dy: Math.round(dy)};
    });
  const colour = {
    condition: {test: "datum.engram", value: ENGRAM},
    value: QUIET,
  };
  const x = {
    field: "slower",
    type: "quantitative" as const,
    scale: {
      type: "log" as const,
      domain: [Math.min(...slower), Math.max(...slower)],
      reverse: true,
      nice: false,
      padding: 0,
    },
    axis: {
      values: narrow ? slower.filter((_value, index) => index % 2 === 0 || slower.length < 6) : slower,
      labelExpr: NAME,
      title: "percentile of requests",
      titleAnchor: "start" as const,
      titleAlign: "right" as const,
      grid: false,
      ticks: true,
      tickColor: QUIET,
    },
  };
  const scale = {type: "log" as const, domain: y, nice: false};
  const tooltip = [
    {field: "series", title: "operation"},
    {field: "percentile"},
    {field: "latency_ms", title: "latency, ms", format: ",.3~r"},
    {field: "low_ms", title: "from", format: ",.3~r"},
    {field: "high_ms", title: "to", format: ",.3~r"},
  ];
  return {
    ...frame(
      width,
      height,
      narrow
        ? "latency since due, ms (log scale)"
        : "latency from the moment a request was due, ms (log scale)",
    ),
    data: {values},
    encoding: {x},
    layer: [
      {
        mark: {type: "rule", strokeWidth: 7, opacity: 0.22, strokeCap: "butt"},
        transform: [{filter: "datum.low_ms !== null && datum.high_ms !== null"}],
        encoding: {
          y: {field: "low_ms", type: "quantitative", scale},
          y2: {field: "high_ms"},
          color: colour,
        },
      },
      ...series.map((name, index) => ({
        mark: {
          type: "line" as const,
          strokeDash: rows.some((row) => row.series === name && row.engram && index === 0)
            ? [1, 0]
            : (DASHES[index % DASHES.length] as number[]),
        },
        transform: [{filter: {field: "series", equal: name}}],
        encoding: {
          y: {
            field: "latency_ms",
            type: "quantitative" as const,
            scale,
            axis: {values: logTicks(y), format: ",~r", title: null},
          },
          color: {value: rows.some((row) => row.series === name && row.engram) ? ENGRAM : QUIET},
        },
      })),
      {
        mark: {type: "point", filled: true, size: narrow ? 36 : 52, opacity: 1},
        encoding: {
          y: {field: "latency_ms", type: "quantitative", scale},
          color: colour,
          shape: {field: "series", scale: {domain: series, range: ["circle", ...SHAPES]}},
          tooltip,
        },
      },
      // Each with a halo in the paper's colour first, so that no line runs through a name.
      ...[{stroke: PAPER, strokeWidth: 5, strokeJoin: "round" as const}, {}].flatMap((halo) =>
        ends.map(({row, dy}) => ({
          data: {values: [row]},
          mark: {
            type: "text" as const,
            align: "right" as const,
            baseline: "middle" as const,
            dx: narrow ? -6 : -9,
            dy,
            fontWeight: 600 as const,
            fontSize: 13,
            color: row.engram ? ENGRAM : QUIET,
            ...halo,
          },
          encoding: {
            x: {field: "slower", type: "quantitative" as const},
            y: {field: "latency_ms", type: "quantitative" as const, scale},
            text: {field: "series"},
          },
        })),
      ),
    ],
  };
}
