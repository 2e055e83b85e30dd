// A recommender as all methods here are seen: it learns from the past, and ranks films for what was shown to it.
import type {Case, Rated} from "./split.ts";

/** Scores by film; films without one are not recommended. */
export type Scores = Map<number, number>;

export interface Method {
  name: string;
  /** Settings, as they go into the record. */
  configuration: Record<string, string | number | boolean>;
  score(given: readonly Rated[]): Scores;
}

/** The k best films that were not shown, best first; ties by the film's number. */
export function rank(scores: Scores, {given}: Pick<Case, "given">, k: number): number[] {
  const shown = new Set(given.map(({movie}) => movie));
  return [...scores]
    .filter(([movie]) => !shown.has(movie))
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, k)
    .map(([movie]) => movie);
}
