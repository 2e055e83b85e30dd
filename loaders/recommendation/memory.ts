// engram as a recommender: films are episodes with the embedding of their description, people are nodes, and
// each rating ties the two both ways. Films come to mind by spreading from those just rated, a little by likeness
// of description; what was rated long ago counts less.
import type {Durability, Space} from "../../native/engine.ts";
import type {Ratings} from "../datasets/movielens.ts";
import type {Scores} from "./method.ts";
import type {Rated} from "./split.ts";

const RATED = "rated";
const RATED_BY = "rated by";
/** From a film to who rated it, to what they rated. */
const DEPTH = 2;
const CUTOFF = 1e-7;
/** Strongest nodes looked at: films and the people between them. */
const LIMIT = 2_000;
const LIKENESS_K = 500;
/** Share of likeness of description in the blend, best on the split inside the past. */
export const LIKENESS_SHARE = 0.2;

/** Power-law forgetting (engine.md, "Decay": rehearsed memories): strength after so many days. */
export const DECAY_EXPONENT = 0.18;
export const strengthAfter = (days: number) => (1 + Math.max(0, days)) ** -DECAY_EXPONENT;

const SECONDS_PER_DAY = 86_400;
const MS_PER_S = 1_000;

/** Stars to edge weight: 2.5 says nothing, 5 says one; what was disliked leaves no tie. */
export const weightOf = (stars: number) => Math.max(0, (stars - 2.5) / 2.5);

export const filmId = (movie: number) => `film ${movie}`;
export const personId = (user: number) => `person ${user}`;
const movieOf = (id: string) => (id.startsWith("film ") ? Number(id.slice(5)) : null);

export interface Films {
  movie: Uint32Array;
  /** n × dimension. */
  vectors: Float32Array;
  dimension: number;
}

export async function storeFilms(space: Space, {movie, vectors}: Films): Promise<void> {
  await space.storeBatch({ids: Array.from(movie, filmId), embeddings: vectors}, {durability: "async"});
}

export async function storePeople(space: Space, users: Iterable<number>): Promise<void> {
  await space.storeBatch({ids: Array.from(users, personId)}, {durability: "async"});
}

/** One rating, both ways in one record of the log: durable when it resolves. */
export async function writeRating(
  space: Space,
  ratings: Ratings,
  index: number,
  durability: Durability = "group",
): Promise<void> {
  const weight = weightOf(ratings.stars[index] as number);
  const [person, film] = [personId(ratings.user[index] as number), filmId(ratings.movie[index] as number)];
  const at = (ratings.at[index] as number) * MS_PER_S;
  await space.linkBatch(
    {from: [person], to: [film], relation: RATED, weights: Float32Array.of(weight), at},
    {durability},
  );
  await space.linkBatch(
    {from: [film], to: [person], relation: RATED_BY, weights: Float32Array.of(weight), at},
    {durability},
  );
}

/** What the given ratings weigh now: how much they were liked, times how fresh they are. */
export function seedsOf(given: readonly Rated[], now: number): {ids: string[]; activations: Float32Array} {
  const seeds = given.filter(({stars}) => weightOf(stars) > 0);
  return {
    ids: seeds.map(({movie}) => filmId(movie)),
    activations: Float32Array.from(
      seeds,
      ({stars, at}) => weightOf(stars) * strengthAfter((now - at) / SECONDS_PER_DAY),
    ),
  };
}

/** A space of films and people, with the films' numbers by ordinal: looked up once each. */
export class Memory {
  readonly #movies = new Map<number, number | null>();

  constructor(readonly space: Space) {}

  /** Film of each ordinal; null for people. */
  movies(ordinals: Uint32Array): (number | null)[] {
    const unknown = ordinals.filter((ordinal) => !this.#movies.has(ordinal));
    this.space.ids(unknown).forEach((id, at) => {
      this.#movies.set(unknown[at] as number, movieOf(id));
    });
    return Array.from(ordinals, (ordinal) => this.#movies.get(ordinal) ?? null);
  }
}

/** Recommendation by association alone: what was given is not among it. `now`: seconds since 1970 on the
 *  virtual clock. */
export async function associate(memory: Memory, given: readonly Rated[], now: number): Promise<Scores> {
  const seeds = seedsOf(given, now);
  if (seeds.ids.length === 0) return new Map();
  const hits = await memory.space.spread({seeds, depth: DEPTH, cutoff: CUTOFF, fan: "linear", limit: LIMIT});
  const scores: Scores = new Map();
  memory.movies(hits.ordinals).forEach((movie, at) => {
    if (movie !== null) scores.set(movie, hits.scores[at] as number);
  });
  for (const {movie} of given) scores.delete(movie);
  return scores;
}

/** The mean of what was liked, as a cue; null when nothing was. */
export function taste(
  films: Films,
  rowOf: ReadonlyMap<number, number>,
  given: readonly Rated[],
  now: number,
) {
  const {dimension, vectors} = films;
  const sum = new Float32Array(dimension);
  let any = false;
  for (const {movie, stars, at} of given) {
    const row = rowOf.get(movie);
    const weight = weightOf(stars) * strengthAfter((now - at) / SECONDS_PER_DAY);
    if (row === undefined || weight === 0) continue;
    any = true;
    for (let d = 0; d < dimension; d++)
      sum[d] = (sum[d] as number) + weight * (vectors[row * dimension + d] as number);
  }
  return any ? sum : null;
}

/** Films whose descriptions are like the cue. */
export async function resemble(memory: Memory, cue: Float32Array, k = LIKENESS_K): Promise<Scores> {
  const hits = await memory.space.recall({vector: cue, k});
  return new Map(
    memory
      .movies(hits.ordinals)
      .flatMap((movie, at): [number, number][] =>
        movie === null ? [] : [[movie, hits.scores[at] as number]],
      ),
  );
}

/** Association and likeness blended, each on a scale of its own best. */
export function blend(association: Scores, likeness: Scores, share = LIKENESS_SHARE): Scores {
  const most = Math.max(...association.values(), Number.MIN_VALUE);
  const blended: Scores = new Map();
  for (const [movie, score] of association) blended.set(movie, ((1 - share) * score) / most);
  for (const [movie, similarity] of likeness)
    blended.set(movie, (blended.get(movie) ?? 0) + share * similarity);
  return blended;
}
