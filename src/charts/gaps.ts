// How much a second learning leaves by the time it waited for, one curve per test: its best place is marked, and under
// it the range that was published lies as a bar on the axis.
import type {TopLevelSpec} from "vega-lite";
import {frame, type NamedTime, namedTicks} from "./frame.js";
import {ENGRAM, INK, NARROW_PX, PAPER, QUIET} from "./theme.js";

export interface GapRow {
  /** The time until the test: `1 week`. */
  test: string;
  /** Between the two learnings, s. */
  gap: number;
  /** Left at the test less what the shortest gap leaves, percentage points. */
  more: number;
  /** The published best gap, s. */
  low: number;
  high: number;
}

const HEIGHT_PX = 260;
/** A row of bars, all below the lowest curve, as a share of the height that curves take. */
const BAR = 0.11;
const NAMED: readonly NamedTime[] = [
  [3_600, "1 h", true],
  [28_800, "8 h", false],
  [86_400, "1 d", true],
  [259_200, "3 d", false],
  [864_000, "10 d", true],
  [2_592_000, "30 d", false],
  [8_640_000, "100 d", true],
];

export function gapCurves(rows: GapRow[], width: number): TopLevelSpec {
  const narrow = width < NARROW_PX;
  const tests = [...new Set(rows.map(({test}) => test))];
  const gaps = rows.map(({gap}) => gap);
  const [least, most] = [Math.min(...rows.map(({more}) => more)), Math.max(...rows.map(({more}) => more))];
  const step = BAR * (most - least);
  const x = {
    field: "gap",
    type: "quantitative" as const,
    scale: {type: "log" as const, domain: [Math.min(...gaps), Math.max(...gaps)], nice: false},
    axis: {
      title: "gap between two learnings (log scale)",
      ...namedTicks(NAMED, [Math.min(...gaps), Math.max(...gaps)], narrow),
    },
  };
  const y = {
    field: "more",
    type: "quantitative" as const,
    scale: {domain: [least - step * (tests.length + 0.7), most + 1.5 * step], nice: false},
    axis: {title: null, format: "+.1f", tickCount: 4},
  };
  const best = tests.map((test) =>
    rows.filter((row) => row.test === test).reduce((a, b) => (b.more > a.more ? b : a)),
  );
  const bars = best.map((row, at) => ({...row, more: least - step * (at + 1)}));
  return {
    ...frame(
      width,
      narrow ? HEIGHT_PX - 30 : HEIGHT_PX,
      "left at the test, points more than with a gap of an hour",
    ),
    layer: [
      ...tests.map((test) => ({
        data: {values: rows.filter((row) => row.test === test)},
        mark: {type: "line" as const, color: ENGRAM, strokeWidth: 2.5},
        encoding: {x, y},
      })),
      {
        data: {values: bars},
        mark: {type: "rule" as const, color: INK, strokeWidth: 6},
        encoding: {x: {...x, field: "low"}, x2: {field: "high"}, y},
      },
      {
        data: {values: bars},
        mark: {type: "text" as const, align: "right" as const, dx: -8, fontSize: 12, color: QUIET},
        encoding: {x: {...x, field: "low"}, y, text: {field: "test"}},
      },
      {
        data: {values: best},
        mark: {type: "point" as const, filled: true, size: 70, opacity: 1, color: ENGRAM},
        encoding: {x, y},
      },
      ...[{stroke: PAPER, strokeWidth: 5, strokeJoin: "round" as const}, {}].map((halo) => ({
        data: {values: best.map((row) => ({...row, name: `test after ${row.test}`}))},
        mark: {type: "text" as const, dy: -12, fontSize: 12, color: ENGRAM, ...halo},
        encoding: {x, y, text: {field: "name"}},
      })),
    ],
  };
}
