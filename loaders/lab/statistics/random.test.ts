import assert from "node:assert/strict";
import {test} from "node:test";
import {chiSquareUniform} from "./chi-square.ts";
import {fnv1a64, permutation, splitmix64, stream, xoshiro128} from "./random.ts";

test("xoshiro128** gives the reference implementation's first ten numbers", () => {
  // xoshiro128starstar.c 1.1 (prng.di.unimi.it) from state {1, 2, 3, 4}, as printed in rust-random/rngs.
  const next = xoshiro128([1, 2, 3, 4]);
  assert.deepEqual(
    Array.from({length: 10}, next),
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  );
});

test("SplitMix64 gives the reference implementation's numbers for seed 1234567", () => {
  // splitmix64.c (prng.di.unimi.it), as printed in Rosetta Code, "Pseudo-random numbers/Splitmix64".
  const next = splitmix64(1234567n);
  assert.deepEqual(
    [next(), next(), next()],
    [6457827717110365317n, 3203168211198807973n, 9817491932198370423n],
  );
});

test("FNV-1a gives the published hashes", () => {
  // RFC 9923, test vectors: "", "a", "foobar".
  assert.equal(fnv1a64(""), 0xcbf29ce484222325n);
  assert.equal(fnv1a64("a"), 0xaf63dc4c8601ec8cn);
  assert.equal(fnv1a64("foobar"), 0x85944171f73967e8n);
});

test("a stream repeats by seed and name, and another name gives other numbers", () => {
  const take = (seed: number, name: string) => Array.from({length: 5}, stream(seed, name));
  assert.deepEqual(take(7, "arrivals"), take(7, "arrivals"));
  assert.notDeepEqual(take(7, "arrivals"), take(7, "bootstrap"));
  assert.notDeepEqual(take(7, "arrivals"), take(8, "arrivals"));
});

test("a stream is uniform over 100 cells by chi-square", () => {
  const random = stream(1, "uniform");
  const counts = new Array<number>(100).fill(0);
  for (let draw = 0; draw < 100_000; draw++) {
    const cell = Math.floor(random() * 100);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  assert.ok(chiSquareUniform(counts).p > 0.001);
});

test("a permutation holds every number once", () => {
  assert.deepEqual(
    [...permutation(50, stream(3, "order"))].sort((a, b) => a - b),
    Array.from({length: 50}, (_, index) => index),
  );
});
