import assert from "node:assert/strict";
import {test} from "node:test";
import {
  binomialCdf,
  chiSquareTail,
  normalCdf,
  normalQuantile,
  studentCdf,
  studentQuantile,
} from "./distributions.ts";

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}

test("Student quantiles agree with the printed table", () => {
  // NIST/SEMATECH e-Handbook 1.3.6.7.2, column 0.975 (t, ν = 1, 5, 10, 30) and 0.95 (ν = 4).
  near(studentQuantile(0.975, 1), 12.706, 5e-4);
  near(studentQuantile(0.975, 5), 2.571, 5e-4);
  near(studentQuantile(0.975, 10), 2.228, 5e-4);
  near(studentQuantile(0.975, 30), 2.042, 5e-4);
  near(studentQuantile(0.05, 4), -2.132, 5e-4);
  near(studentCdf(studentQuantile(0.9, 7), 7), 0.9, 1e-12);
});

test("normal values agree with the printed table", () => {
  // NIST/SEMATECH e-Handbook 1.3.6.7.1: Φ(1) = .84134, Φ(1.96) = .97500; z(.975) = 1.959964 (A&S 26.2).
  near(normalCdf(1), 0.84134, 5e-6);
  near(normalCdf(-1.96), 0.025, 5e-6);
  near(normalQuantile(0.975), 1.959964, 5e-7);
});

test("chi-square tails agree with the printed critical values", () => {
  // NIST/SEMATECH e-Handbook 1.3.6.7.4: upper 0.05 point 3.841 (ν=1), 18.307 (ν=10), 124.342 (ν=100).
  near(chiSquareTail(3.841, 1), 0.05, 5e-5);
  near(chiSquareTail(18.307, 10), 0.05, 5e-5);
  near(chiSquareTail(124.342, 100), 0.05, 5e-5);
});

test("the binomial distribution agrees with the sum of its terms", () => {
  // P(Bin(10, .5) ≤ 3) = 176/1024; P(Bin(3, .25) ≤ 0) = 27/64.
  near(binomialCdf(3, 10, 0.5), 176 / 1024, 1e-14);
  near(binomialCdf(0, 3, 0.25), 27 / 64, 1e-14);
  near(binomialCdf(29_955, 29_956, 0.9999), 1 - 0.9999 ** 29_956, 1e-10);
});
