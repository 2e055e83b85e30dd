// Published results of experiments on human memory, as numbers: Ebbinghaus' savings and the gaps at which spaced
// learning serves best.
import {readFileSync} from "node:fs";
import type {Dataset} from "./dataset.ts";

const FILE = "published/published_results.json";

export interface Saved {
  /** As it was published: `20 min (19-20)`. */
  label: string;
  /** From learning to relearning, ms. */
  delay_ms: number;
  /** Share of the first learning's work that relearning saved, 0…1. */
  saved: number;
}

const UNITS_MS: Record<string, number> = {
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  week: 604_800_000,
  year: 31_557_600_000,
};

/** `2 d`, or what stands in brackets where that is more exact, the middle of a range: `1 h (63-64 min)` is 63.5
 *  minutes. Throws on what is no delay. */
export function delayOf(label: string): number {
  const [, outer = "", unit = "", inner = "", exact = unit] =
    /^([\d.]+) (\w+)(?: \(([\d.]+(?:-[\d.]+)?)(?: (\w+))?[^)]*\))?$/.exec(label) ?? [];
  const values = (inner === "" ? outer : inner).split("-").map(Number);
  const delay =
    (values.reduce((sum, value) => sum + value, 0) / values.length) * (UNITS_MS[exact] ?? Number.NaN);
  if (!(delay > 0)) throw new TypeError(`"${label}" is no delay; write it as "2 d" or "1 h (63-64 min)"`);
  return delay;
}

interface Published {
  ebbinghaus1885_savings: {delay: string[]; savings_percent: number[]};
  cepeda2008_spacing: {
    gap_max_months: number;
    optimal_gap_fraction_of_delay: Record<string, [number, number]>;
  };
}

const published = (dataset: Dataset) => JSON.parse(readFileSync(dataset.file(FILE), "utf8")) as Published;

/** Ebbinghaus 1885, seven delays, shortest first (Murre & Dros 2015, table 3). */
export function savings(dataset: Dataset): Saved[] {
  const {delay, savings_percent} = published(dataset).ebbinghaus1885_savings;
  return delay.map((label, at) => ({
    label,
    delay_ms: delayOf(label),
    saved: (savings_percent[at] as number) / 100,
  }));
}

export interface BestGap {
  /** `1 week`: from the second learning to the test. */
  label: string;
  delay_ms: number;
  /** The best gap between the two learnings, as shares of that delay. */
  low: number;
  high: number;
}

/** Cepeda et al. 2008: the abstract's two delays, and the longest gap that was tried, ms. */
export function bestGaps(dataset: Dataset): {gaps: BestGap[]; longest_ms: number} {
  const {gap_max_months, optimal_gap_fraction_of_delay} = published(dataset).cepeda2008_spacing;
  return {
    gaps: Object.entries(optimal_gap_fraction_of_delay).map(([label, [low, high]]) => ({
      ...{label, low, high},
      delay_ms: delayOf(label),
    })),
    longest_ms: (gap_max_months * (UNITS_MS.year as number)) / 12,
  };
}
