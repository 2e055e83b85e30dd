// Ratios with their intervals on a log axis: right of the line at 1× engram is ahead.
import type {TopLevelSpec} from "vega-lite";
import {frame, logDomain, logTicks, withRoom} from "./frame.js";
import {ENGRAM, INK, NARROW_PX, PAPER} from "./theme.js";

export interface RatioRow {
  /** What is compared: `2 hops`. */
  scenario: string;
  rival: string;
  ratio: number;
  low: number;
  high: number;
  /** What the ratio must reach at least, where that is not 1. */
  floor?: number;
}

const ROW_PX = 34;
/** A longer label takes two lines, characters. */
const LINE_MAX = 40;

/** Vega expression for a factor: 0.8×, 3×, 120×. */
const TIMES = "format(datum.value, '~r') + '×'";

export function ratioDots(rows: RatioRow[], width: number): TopLevelSpec {
  const narrow = width < NARROW_PX;
  // What all rows share is the title's to say.
  const alike = rows.length > 1 && new Set(rows.map((row) => row.scenario)).size === 1;
  const named = ({scenario, rival}: RatioRow) => {
    if (alike) return `against ${rival}`;
    if (narrow) return `${scenario}|${rival}`;
    const line = `${scenario}, against ${rival}`;
    return line.length > LINE_MAX ? `${scenario}|against ${rival}` : line;
  };
  const values = rows.map((row) => ({
    ...row,
    name: named(row),
    told: `${row.ratio.toLocaleString("en-US", {maximumSignificantDigits: 3})}×`,
  }));
  const floors = values.filter((row) => row.floor !== undefined);
  const [low, high] = logDomain(
    rows.flatMap((row) => [row.low, row.high, row.floor ?? row.high]),
    1.35,
  );
  const domain = withRoom([Math.min(low, 0.7), Math.max(high, 1.5)], 40, width - (narrow ? 130 : 240));
  const y = {
    field: "name",
    type: "nominal" as const,
    sort: null,
    axis: {
      title: null,
      grid: false,
      labelColor: INK,
      labelFontSize: narrow ? 12 : 13,
      labelLimit: narrow ? 130 : 320,
      labelPadding: 10,
      labelExpr: "split(datum.label, '|')",
    },
  };
  const scale = {type: "log" as const, domain, nice: false};
  return {
    ...frame(width, rows.length * (narrow ? ROW_PX + 8 : ROW_PX)),
    data: {values},
    layer: [
      {
        mark: {type: "rule", color: INK, strokeWidth: 1},
        data: {values: [{one: 1}]},
        encoding: {x: {field: "one", type: "quantitative"}},
      },
      {
        mark: {type: "rule", strokeWidth: 2.5, color: ENGRAM, opacity: 0.55},
        encoding: {
          y,
          x: {
            field: "low",
            type: "quantitative",
            scale,
            axis: {
              values: logTicks(domain),
              labelExpr: TIMES,
              title: narrow
                ? "engram ÷ rival (right: engram ahead)"
                : "engram ÷ rival, log scale; right of the line engram is ahead",
            },
          },
          x2: {field: "high"},
        },
      },
      ...(floors.length === 0
        ? []
        : [
            {
              mark: {type: "tick" as const, color: INK, thickness: 2, size: 20},
              data: {values: floors},
              encoding: {y, x: {field: "floor", type: "quantitative" as const, scale}},
            },
          ]),
      {
        mark: {type: "point", filled: true, size: 80, opacity: 1, color: ENGRAM},
        encoding: {
          y,
          x: {field: "ratio", type: "quantitative", scale},
          tooltip: [
            {field: "scenario"},
            {field: "rival", title: "against"},
            {field: "told", title: "ratio"},
            {field: "low", title: "from", format: ",.3~r"},
            {field: "high", title: "to", format: ",.3~r"},
          ],
        },
      },
      // Twice: first as a halo in the paper's colour, so that the line at 1× never runs through a number.
      ...[{stroke: PAPER, strokeWidth: 5, strokeJoin: "round" as const}, {}].map((halo) => ({
        mark: {
          type: "text" as const,
          align: "left" as const,
          dx: 8,
          fontWeight: 600 as const,
          color: INK,
          ...halo,
        },
        encoding: {
          y,
          x: {field: "high", type: "quantitative" as const, scale},
          text: {field: "told"},
        },
      })),
    ],
  };
}
