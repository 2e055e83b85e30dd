// What is left of a memory over a time that is told in minutes, days and months at once: measured points, and the
// curves that ought to run through them, each named at its right end.
import type {TopLevelSpec} from "vega-lite";
import {frame, type NamedTime, namedTicks} from "./frame.js";
import {DASHES, ENGRAM, INK, isEngram, NARROW_PX, PAPER, QUIET} from "./theme.js";

export interface LeftRow {
  series: string;
  /** s, above 0. */
  delay: number;
  /** 0…1. */
  left: number;
  measured: boolean;
}

const HEIGHT_PX = 320;
const LABEL_PX = 7;
/** Delays that people have names for, s. */
const NAMED: readonly NamedTime[] = [
  [60, "1 min", true],
  [1_200, "20 min", false],
  [3_600, "1 h", true],
  [32_400, "9 h", false],
  [86_400, "1 d", true],
  [604_800, "1 week", false],
  [2_678_400, "31 d", true],
];

export function forgettingCurves(rows: LeftRow[], width: number): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const names = [...new Set(rows.filter(({measured}) => !measured).map(({series}) => series))];
  const [first, last] = [
    Math.min(...rows.map((row) => row.delay)),
    Math.max(...rows.map((row) => row.delay)),
  ];
  const longest = Math.max(0, ...names.map((name) => name.length)) * LABEL_PX + 12;
  // Room at the right end for the longest name, in ratios: the axis is logarithmic.
  const end = last * (last / first) ** (longest / Math.max(width - longest, 100));
  const x = {
    field: "delay",
    type: "quantitative" as const,
    scale: {type: "log" as const, domain: [first / 1.2, end], nice: false},
    axis: {
      title: "time since learning (log scale)",
      ...namedTicks(NAMED, [first, last], narrow),
    },
  };
  const y = {
    field: "left",
    type: "quantitative" as const,
    scale: {domain: [0, 1]},
    axis: {title: null, format: ".0%"},
  };
  const ends = names.map((name) =>
    rows
      .filter(({series, measured}) => series === name && !measured)
      .reduce((a, b) => (b.delay > a.delay ? b : a)),
  );
  const rivals = names.filter((name) => !isEngram(name));
  return {
    ...frame(width, narrow ? HEIGHT_PX - 40 : HEIGHT_PX, "share that is left"),
    data: {values: rows},
    layer: [
      ...names.map((name) => ({
        mark: {
          type: "line" as const,
          color: isEngram(name) ? ENGRAM : QUIET,
          strokeWidth: isEngram(name) ? 2.5 : 1.5,
          ...(isEngram(name) ? {} : {strokeDash: DASHES[rivals.indexOf(name) % DASHES.length] as number[]}),
        },
        transform: [{filter: {and: [{field: "series", equal: name}, "datum.measured === false"]}}],
        encoding: {x, y},
      })),
      {
        transform: [{filter: "datum.measured === true"}],
        mark: {type: "point" as const, filled: true, size: 70, opacity: 1, color: INK, shape: "square"},
        encoding: {
          x,
          y,
          tooltip: [
            {field: "series", title: ""},
            {field: "delay", title: "time since learning, s", format: ",.4~r"},
            {field: "left", title: "left", format: ".1%"},
          ],
        },
      },
      ...[{stroke: PAPER, strokeWidth: 5, strokeJoin: "round" as const}, {}].map((halo) => ({
        data: {values: ends.map((row) => ({...row, ours: isEngram(row.series)}))},
        mark: {type: "text" as const, align: "left" as const, dx: 8, fontSize: 12, ...halo},
        encoding: {
          x,
          y,
          text: {field: "series"},
          color: {condition: {test: "datum.ours", value: ENGRAM}, value: QUIET},
        },
      })),
    ],
  };
}
