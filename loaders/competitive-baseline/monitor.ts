// Watches one lead (engram's ratio to a rival, one value a month) and says when it has narrowed: only when both
// detectors see a change at about the same time, downwards, and by enough to matter.
import {median} from "simple-statistics";
import {agreed} from "../lab/statistics/change-points/agreement.ts";
import {eDivisive} from "../lab/statistics/change-points/e-divisive.ts";
import {rankSegmentation} from "../lab/statistics/change-points/rank-segmentation.ts";

/** Least months between two changes: fewer cannot be told from one bad month. */
export const SEGMENT_MONTHS_MIN = 4;
/** Detectors that place a change further apart speak of two changes. */
export const AGREEMENT_MONTHS = 3;
/** A lead that shrinks by less is not worth an alarm. */
export const NARROWING_MIN = 0.05;
/** Of each detector at each look; the rate of a whole history, looked at every month, is simulated. */
export const SIGNIFICANCE = {level: 0.01, permutations: 199};

export interface Changes {
  energy: number[];
  ranks: number[];
  /** Where both see one, by the first detector's place. */
  both: number[];
}

/** Change points of a lead's logarithm. `leads`: ratios above 0, in order of time. */
export function changes(leads: readonly number[], random: () => number): Changes {
  const logs = leads.map(Math.log);
  const options = {...SIGNIFICANCE, minSize: SEGMENT_MONTHS_MIN};
  const energy = eDivisive([logs], random, options);
  const ranks = rankSegmentation(logs, random, options);
  const places = (points: readonly {at: number}[]) => points.map(({at}) => at);
  return {
    energy: places(energy),
    ranks: places(ranks),
    both: places(agreed(energy, ranks, AGREEMENT_MONTHS)),
  };
}

/** Whether the lead after the last of `points` is lower than before it by NARROWING_MIN: median against median. */
export function narrowed(leads: readonly number[], points: readonly number[]): boolean {
  const last = points.at(-1);
  if (last === undefined) return false;
  const before = points.at(-2) ?? 0;
  return median(leads.slice(last)) < (1 - NARROWING_MIN) * median(leads.slice(before, last));
}

export interface Alarms {
  /** First month, 1-based, at which an alarm is raised: by both, and by each detector alone; null for none. */
  both: number | null;
  energy: number | null;
  ranks: number | null;
}

/** Looks at a growing history every month, as it would have been looked at, until nobody is left to raise an alarm. */
export function watch(leads: readonly number[], random: () => number): Alarms {
  const alarms: Alarms = {both: null, energy: null, ranks: null};
  for (let months = 2 * SEGMENT_MONTHS_MIN; months <= leads.length; months++) {
    const seen = leads.slice(0, months);
    const found = changes(seen, random);
    for (const who of ["both", "energy", "ranks"] as const)
      if (alarms[who] === null && narrowed(seen, found[who])) alarms[who] = months;
    if (Object.values(alarms).every((month) => month !== null)) break;
  }
  return alarms;
}
