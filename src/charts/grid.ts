// How many of how many, by two things: a square of numbers in which what is not whole stands out.
import type {TopLevelSpec} from "vega-lite";
import {frame} from "./frame.js";
import {ENGRAM_BAND, INK, NARROW_PX, PAPER, QUIET} from "./theme.js";

export interface GridRow {
  row: string;
  column: string;
  /** Of `taken`. */
  passed: number;
  taken: number;
}

const ROW_PX = 32;

export function countGrid(rows: GridRow[], width: number): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const values = rows.map((row) => ({
    ...row,
    whole: row.passed === row.taken,
    told: `${row.passed}/${row.taken}`,
  }));
  const encoding = {
    y: {
      field: "row",
      type: "nominal" as const,
      sort: null,
      axis: {title: null, grid: false, labelColor: INK, labelFontSize: 13, labelPadding: 10},
    },
    x: {
      field: "column",
      type: "nominal" as const,
      sort: null,
      axis: {
        title: null,
        grid: false,
        labelColor: INK,
        labelFontSize: narrow ? 11 : 13,
        labelAngle: 0,
        // A second word goes to a line of its own.
        labelExpr: "split(datum.label, ', ')",
      },
    },
  };
  return {
    ...frame(width, new Set(rows.map(({row}) => row)).size * ROW_PX + ROW_PX),
    data: {values},
    layer: [
      {
        mark: {type: "rect", stroke: PAPER, strokeWidth: 3},
        encoding: {...encoding, color: {condition: {test: "datum.whole", value: ENGRAM_BAND}, value: QUIET}},
      },
      {
        mark: {type: "text", fontSize: 13},
        encoding: {
          ...encoding,
          text: {field: "told"},
          color: {condition: {test: "datum.whole", value: INK}, value: PAPER},
        },
      },
    ],
  };
}
