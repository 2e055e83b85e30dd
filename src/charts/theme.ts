// One look for every chart. Colours are the stylesheet's variables, so that light, dark and print need no
// second drawing; engram alone has a colour, everything else is ink.
import type {Config} from "vega-lite";

export const INK = "var(--ink)";
export const QUIET = "var(--ink-2)";
export const FAINT = "var(--rule)";
export const ENGRAM = "var(--engram)";
export const ENGRAM_BAND = "var(--engram-band)";
export const PAPER = "var(--paper)";

/** Below this many pixels a chart is on a phone: fewer ticks, labels inside. */
export const NARROW_PX = 520;

/** Shapes of rivals, in the order they appear: never told apart by a shade of grey alone. */
export const SHAPES = ["square", "triangle-up", "diamond", "cross", "triangle-down", "stroke"];
export const DASHES = [
  [5, 3],
  [1.5, 2.5],
  [8, 3, 2, 3],
  [3, 3],
  [10, 4],
  [2, 5],
];

export const CONFIG: Config = {
  background: "transparent",
  padding: {left: 0, right: 4, top: 4, bottom: 0},
  view: {stroke: null},
  axis: {
    domain: false,
    ticks: false,
    grid: true,
    gridColor: FAINT,
    gridWidth: 1,
    labelColor: QUIET,
    labelFontSize: 12,
    labelPadding: 6,
    titleColor: QUIET,
    titleFontSize: 12,
    titleFontWeight: "normal",
  },
  axisX: {titleAnchor: "end", titlePadding: 8},
  // A chart's title slot carries the name and unit of its vertical axis; the finding stands above, in HTML.
  title: {
    anchor: "start",
    frame: "bounds",
    color: QUIET,
    fontSize: 12,
    fontWeight: "normal",
    offset: 8,
  },
  text: {color: INK, fontSize: 12},
  rule: {color: QUIET},
  point: {filled: true, size: 60, color: QUIET},
  line: {strokeWidth: 2, color: QUIET},
  header: {labelColor: INK, labelFontSize: 13, labelFontWeight: 600, labelAnchor: "start", title: null},
  legend: {disable: true},
};

/** True for the one subject that has a colour. Variants (`engram int8`) count. */
export function isEngram(subject: string): boolean {
  return subject.startsWith("engram");
}

/** Vega expression for the same. */
export const IS_ENGRAM = "slice(datum.subject, 0, 6) === 'engram'";
