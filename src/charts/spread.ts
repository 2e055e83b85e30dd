// How far repeats of one measurement lie apart: a tick per block, each against the middle one.
import type {TopLevelSpec} from "vega-lite";
import {frame} from "./frame.js";
import {ENGRAM, INK, NARROW_PX, QUIET} from "./theme.js";

export interface SpreadRow {
  /** What was repeated: `recall, engram`. */
  name: string;
  /** This block's median over the middle of all blocks' medians, minus one. */
  deviation: number;
  engram: boolean;
}

const ROW_PX = 30;

export function spreadStrips(rows: SpreadRow[], width: number): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const names = [...new Set(rows.map((row) => row.name))];
  const furthest = Math.max(0.02, ...rows.map((row) => Math.abs(row.deviation))) * 1.1;
  return {
    ...frame(width, names.length * ROW_PX),
    data: {values: rows},
    encoding: {
      y: {
        field: "name",
        type: "nominal",
        sort: null,
        axis: {
          title: null,
          grid: false,
          labelColor: INK,
          labelFontSize: 13,
          labelLimit: narrow ? 130 : 300,
          labelPadding: 10,
        },
      },
    },
    layer: [
      {
        data: {values: [{zero: 0}]},
        mark: {type: "rule", color: QUIET, strokeWidth: 1},
        encoding: {
          x: {field: "zero", type: "quantitative"},
          y: {value: 0},
          y2: {value: names.length * ROW_PX},
        },
      },
      {
        mark: {type: "tick", thickness: 2.5, height: 16, opacity: 0.8},
        encoding: {
          x: {
            field: "deviation",
            type: "quantitative",
            scale: {domain: [-furthest, furthest], nice: false},
            axis: {
              format: furthest < 0.1 ? "+.1%" : "+.0%",
              tickCount: narrow ? 4 : 8,
              title: "a block’s median latency against the middle block",
            },
          },
          color: {condition: {test: "datum.engram", value: ENGRAM}, value: QUIET},
        },
      },
    ],
  };
}
