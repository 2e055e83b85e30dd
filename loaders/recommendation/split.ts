// The chronological split: the first ratings are memory, what comes after is the future. Each future user shows
// a first few ratings as the cue; the films they like after that are the answers no method may have seen.
import type {Ratings} from "../datasets/movielens.ts";

/** Half stars from 0.5 to 5; from here up a film was liked. */
export const LIKED_STARS = 4;

export interface Rated {
  movie: number;
  stars: number;
  /** Seconds since 1970. */
  at: number;
}

export interface Case {
  user: number;
  given: Rated[];
  /** Films liked after the given ones. */
  relevant: Set<number>;
}

export interface Split {
  /** Ratings of the past, in order of time. */
  past: Ratings;
  cases: Case[];
}

/** `written` ratings are the past; those up to `until` the future. Users with fewer than `given` future ratings,
 *  or nothing they liked after them, make no case. */
export function split(ratings: Ratings, written: number, given: number, until = ratings.user.length): Split {
  if (!(written > 0 && written < until && until <= ratings.user.length))
    throw new RangeError(`cannot split ${ratings.user.length} ratings at ${written} and ${until}`);
  const future = new Map<number, Rated[]>();
  for (let index = written; index < until; index++) {
    const user = ratings.user[index] as number;
    const list = future.get(user) ?? [];
    list.push({
      movie: ratings.movie[index] as number,
      stars: ratings.stars[index] as number,
      at: ratings.at[index] as number,
    });
    future.set(user, list);
  }
  const cases = [...future].flatMap(([user, list]): Case[] => {
    const rest = list.slice(given).filter(({stars}) => stars >= LIKED_STARS);
    if (list.length < given || rest.length === 0) return [];
    return [{user, given: list.slice(0, given), relevant: new Set(rest.map(({movie}) => movie))}];
  });
  const past = {
    user: ratings.user.subarray(0, written),
    movie: ratings.movie.subarray(0, written),
    stars: ratings.stars.subarray(0, written),
    at: ratings.at.subarray(0, written),
  };
  return {past, cases};
}
