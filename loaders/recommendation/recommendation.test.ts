// The split leaks no future, and each method does on a small world what its paper says.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {Engine} from "../../native/engine.ts";
import type {Ratings} from "../datasets/movielens.ts";
import {stream} from "../lab/statistics/random.ts";
import {als, solve} from "./als.ts";
import {itemKnn, likesOf, popularity} from "./baselines.ts";
import {
  associate,
  blend,
  filmId,
  Memory,
  storePeople,
  strengthAfter,
  taste,
  weightOf,
  writeRating,
} from "./memory.ts";
import {rank} from "./method.ts";
import {split} from "./split.ts";

function ratingsOf(rows: [user: number, movie: number, stars: number][]): Ratings {
  return {
    user: Uint32Array.from(rows, ([user]) => user),
    movie: Uint32Array.from(rows, ([, movie]) => movie),
    stars: Float32Array.from(rows, ([, , stars]) => stars),
    at: Float64Array.from(rows, (_, index) => index),
  };
}

/** Two circles of taste: people 1–3 like films 1–3, people 4–6 films 11–13; film 99 is liked by all. */
const WORLD = ratingsOf([
  ...[1, 2, 3].flatMap((user) => [1, 2, 3, 99].map((movie): [number, number, number] => [user, movie, 5])),
  ...[4, 5, 6].flatMap((user) => [11, 12, 13, 99].map((movie): [number, number, number] => [user, movie, 5])),
]);
const given = [{movie: 1, stars: 5, at: 100}];

test("what a case must find lies after what it was given, and that after the past", () => {
  const ratings = ratingsOf([
    [1, 1, 5],
    [2, 1, 5],
    [7, 1, 5],
    [7, 2, 5],
    [7, 3, 2],
    [7, 4, 4],
    [8, 1, 5],
    [8, 2, 1],
  ]);
  const {past, cases} = split(ratings, 2, 1);
  assert.deepEqual([...past.user], [1, 2]);
  assert.deepEqual(cases, [{user: 7, given: [{movie: 1, stars: 5, at: 2}], relevant: new Set([2, 4])}]);
});

test("a split without a future is refused", () => {
  assert.throws(() => split(WORLD, 24, 1), RangeError);
});

test("popularity names what most liked, and never what was shown", () => {
  const scores = popularity(likesOf(WORLD)).score(given);
  assert.equal(rank(scores, {given: []}, 1)[0], 99);
  assert.ok(!rank(scores, {given}, 10).includes(1));
});

test("item-kNN names the films of the same circle first, by their cosine over shared people", () => {
  const scores = itemKnn(likesOf(WORLD), {neighbours: 10, shrinkage: 0}).score(given);
  assert.equal(scores.get(2), 1, "the same three people");
  assert.ok(Math.abs((scores.get(99) ?? 0) - 3 / Math.sqrt(18)) < 1e-12);
  assert.equal(scores.get(11), undefined);
});

test("ALS separates the circles", () => {
  const method = als(likesOf(WORLD), stream(1, "als"), {factors: 2, iterations: 20, alpha: 5, lambda: 0.1});
  const scores = method.score(given);
  assert.ok((scores.get(2) ?? 0) > 0.5 && Math.abs(scores.get(11) ?? 1) < 0.2);
});

test("the solver solves, and refuses a matrix that is not positive definite", () => {
  assert.deepEqual([...solve(Float64Array.of(4, 2, 2, 5), Float64Array.of(8, 8))], [1.5, 1]);
  assert.throws(() => solve(Float64Array.of(0), Float64Array.of(1)), RangeError);
});

async function inMemory(use: (memory: Memory) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), "engram-102-"));
  const engine = await Engine.open(directory, {durability: "async"});
  try {
    const space = await engine.space("films", {dimension: 2});
    await space.storeBatch({ids: [1, 2, 3, 11, 12, 13, 99].map(filmId)});
    await storePeople(space, [1, 2, 3, 4, 5, 6]);
    for (let index = 0; index < WORLD.user.length; index++) await writeRating(space, WORLD, index);
    await use(new Memory(space));
  } finally {
    await engine.close();
    rmSync(directory, {recursive: true});
  }
}

test("engram associates films of the same circle, not those of the other", () =>
  inMemory(async (memory) => {
    const scores = await associate(memory, given, 100);
    assert.deepEqual([...scores.keys()].sort(), [2, 3, 99]);
  }));

test("an older memory brings less, by the power law", () =>
  inMemory(async (memory) => {
    const day = 86_400;
    const fresh = await associate(memory, given, 100);
    const stale = await associate(memory, given, 100 + 90 * day);
    const ratio = (stale.get(2) ?? 0) / (fresh.get(2) ?? 1);
    assert.ok(Math.abs(ratio - strengthAfter(90)) < 1e-6, `${ratio}`);
  }));

test("a film that was disliked brings nothing", () =>
  inMemory(async (memory) => {
    assert.equal(weightOf(2), 0);
    assert.equal((await associate(memory, [{movie: 1, stars: 2, at: 0}], 0)).size, 0);
  }));

test("taste is the weighted mean of what was liked, and the blend keeps both shares", () => {
  const films = {movie: Uint32Array.of(1, 2), vectors: Float32Array.of(1, 0, 0, 1), dimension: 2};
  const rows = new Map([
    [1, 0],
    [2, 1],
  ]);
  const cue = taste(films, rows, [{movie: 2, stars: 5, at: 0}], 0);
  assert.deepEqual([...(cue ?? [])], [0, 1]);
  assert.equal(taste(films, rows, [{movie: 2, stars: 1, at: 0}], 0), null);
  const blended = blend(new Map([[1, 0.5]]), new Map([[2, 1]]), 0.2);
  assert.deepEqual(
    [...blended],
    [
      [1, 0.8],
      [2, 0.2],
    ],
  );
});
