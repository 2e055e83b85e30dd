// Parts of a whole as bars on one line each: where the slow requests' time went.
import type {TopLevelSpec} from "vega-lite";
import {frame} from "./frame.js";
import {INK, NARROW_PX, QUIET} from "./theme.js";

export interface ShareRow {
  name: string;
  count: number;
  /** 0…1. */
  share: number;
}

const ROW_PX = 30;

export function shareBars(rows: ShareRow[], width: number, axis: string): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const values = rows.map((row) => ({
    ...row,
    told: `${Math.round(row.share * 100)} % (${row.count.toLocaleString("en-US")})`,
  }));
  const y = {
    field: "name",
    type: "nominal" as const,
    sort: null,
    axis: {
      title: null,
      grid: false,
      labelColor: INK,
      labelFontSize: 13,
      labelLimit: narrow ? 150 : 280,
      labelPadding: 10,
    },
  };
  const most = Math.max(0.1, ...rows.map((row) => row.share));
  const x = {
    field: "share",
    type: "quantitative" as const,
    // Room for the number at the longest bar; the axis itself ends at all of it.
    scale: {domain: [0, most * (narrow ? 1.5 : 1.18)], nice: false},
    axis: {
      format: ".0%",
      title: axis,
      values: (most > 0.5 ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.1, 0.2, 0.3, 0.4, 0.5]).filter(
        (tick) => tick <= most,
      ),
    },
  };
  return {
    ...frame(width, rows.length * ROW_PX),
    data: {values},
    layer: [
      {mark: {type: "bar", height: 14, color: QUIET, opacity: 0.75}, encoding: {y, x}},
      {mark: {type: "text", align: "left", dx: 6}, encoding: {y, x, text: {field: "told"}}},
    ],
  };
}
