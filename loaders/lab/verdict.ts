// From estimates to verdicts: of one floor, of an experiment, and the exit code a command ends with.
import type {Estimate} from "./estimate.ts";
import type {Comparison, Verdict} from "./experiment.ts";

/** tasks.md, "Three verdicts"; issue 3, point 2. */
export const EXIT_CODES = {met: 0, missed: 1, "not enough evidence": 2, "could not run": 3} as const;

export interface Judged {
  verdict: Verdict;
  /** Plain words where evidence is lacking: what is still needed; null otherwise. */
  needs: string | null;
}

const HOLDS: Record<Comparison, (value: number, threshold: number) => boolean> = {
  "<": (value, threshold) => value < threshold,
  "<=": (value, threshold) => value <= threshold,
  ">": (value, threshold) => value > threshold,
  ">=": (value, threshold) => value >= threshold,
};

/** Met: the whole interval is on the right side of the threshold and the sample suffices. Missed: the whole
 *  interval is on the wrong side and the sample suffices. Otherwise not enough evidence. */
export function floorVerdict(estimate: Estimate, comparison: Comparison, threshold: number): Judged {
  const {value, low, high, enough} = estimate;
  if (!enough) return {verdict: "not enough evidence", needs: estimate.needs ?? "a larger sample"};
  if (low === null || high === null || !(low <= value && value <= high))
    return {verdict: "not enough evidence", needs: `an interval that holds its value ${value}`};
  const holds = HOLDS[comparison];
  const ends = [low, high].map((end) => holds(end, threshold));
  if (ends.every(Boolean)) return {verdict: "met", needs: null};
  if (!ends.some(Boolean)) return {verdict: "missed", needs: null};
  return {verdict: "not enough evidence", needs: sampleFor(estimate, low, high, threshold)};
}

/** Intervals narrow with the square root of the sample: how much more would part this one from the threshold. */
function sampleFor({value, units}: Estimate, low: number, high: number, threshold: number): string {
  const distance = Math.abs(value - threshold);
  if (distance === 0) return "a value off the threshold: it lies exactly on it, and no sample parts them";
  const half = threshold > value ? high - value : value - low;
  const times = (half / distance) ** 2;
  const wanted = Math.ceil(units * times);
  return Number.isSafeInteger(wanted)
    ? `about ${wanted.toLocaleString("en-US")} units, have ${units.toLocaleString("en-US")}, to part ${value.toPrecision(3)} from ${threshold}`
    : `a value further from ${threshold}: no feasible sample parts ${value.toPrecision(3)} from it`;
}

/** Missed if any floor is missed; else not enough evidence if any lacks it; else met. A run that is void or
 *  empty, or an experiment without a floor, is never met or missed: nothing was shown. */
export function experimentVerdict(
  floors: readonly Verdict[],
  state: "measured" | "void" | "empty" = "measured",
): Verdict {
  if (state !== "measured" || floors.length === 0) return "not enough evidence";
  if (floors.includes("missed")) return "missed";
  return floors.includes("not enough evidence") ? "not enough evidence" : "met";
}
