// The methods engram is compared with, each with the settings that were best on a split inside the past
// (first 40,000 ratings against the next 10,000), never on the answers.
import type {Ratings} from "../datasets/movielens.ts";
import type {Method, Scores} from "./method.ts";
import {LIKED_STARS} from "./split.ts";

/** Who liked what, both ways. */
export interface Likes {
  byMovie: Map<number, number[]>;
  byUser: Map<number, number[]>;
}

export function likesOf(past: Ratings): Likes {
  const likes: Likes = {byMovie: new Map(), byUser: new Map()};
  const push = (into: Map<number, number[]>, key: number, value: number) => {
    const list = into.get(key);
    if (list === undefined) into.set(key, [value]);
    else list.push(value);
  };
  past.user.forEach((user, index) => {
    if ((past.stars[index] as number) < LIKED_STARS) return;
    push(likes.byMovie, past.movie[index] as number, user);
    push(likes.byUser, user, past.movie[index] as number);
  });
  return likes;
}

/** What most people liked. */
export function popularity({byMovie}: Likes): Method {
  const scores: Scores = new Map([...byMovie].map(([movie, users]) => [movie, users.length]));
  return {name: "popularity", configuration: {counts: "likes"}, score: () => scores};
}

export const NEIGHBOURS = 200;
export const SHRINKAGE = 80;

/** Films are alike when the same people liked them: cosine, shrunk where few did (Sarwar, Karypis, Konstan &
 *  Riedl 2001; shrinkage: Bell & Koren 2007). */
export function itemKnn(
  {byMovie, byUser}: Likes,
  {neighbours = NEIGHBOURS, shrinkage = SHRINKAGE} = {},
): Method {
  const known = new Map<number, [number, number][]>();
  const size = (movie: number) => byMovie.get(movie)?.length ?? 0;
  const alike = (movie: number) => {
    const found = known.get(movie);
    if (found !== undefined) return found;
    const together = new Map<number, number>();
    for (const user of byMovie.get(movie) ?? [])
      for (const other of byUser.get(user) ?? [])
        if (other !== movie) together.set(other, (together.get(other) ?? 0) + 1);
    const list = [...together]
      .map(([other, count]): [number, number] => [
        other,
        count / (Math.sqrt(size(movie) * size(other)) + shrinkage),
      ])
      .sort(([a, x], [b, y]) => y - x || a - b)
      .slice(0, neighbours);
    known.set(movie, list);
    return list;
  };
  return {
    name: "item-kNN",
    configuration: {neighbours, shrinkage},
    score(given) {
      const scores: Scores = new Map();
      for (const {movie, stars} of given)
        if (stars >= LIKED_STARS)
          for (const [other, similarity] of alike(movie))
            scores.set(other, (scores.get(other) ?? 0) + similarity);
      return scores;
    },
  };
}
