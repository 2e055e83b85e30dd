import assert from "node:assert/strict";
import {test} from "node:test";
import {minimise} from "./minimise.ts";

const near = (found: number[], wanted: number[], within = 1e-3) =>
  assert.ok(
    found.length === wanted.length &&
      found.every((value, i) => Math.abs(value - (wanted[i] as number)) < within),
    `${found} is not ${wanted}`,
  );

test("a bent valley is followed to its end (Rosenbrock 1960)", async () => {
  const {at, value} = await minimise(
    [
      [-2, 2],
      [-1, 3],
    ],
    async ([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  );
  near(at, [1, 1]);
  assert.ok(value < 1e-6);
});

test("the deeper of two hollows is found, though the search could end in the other", async () => {
  const {at} = await minimise([[-4, 4]], async ([x = 0]) => Math.min((x + 3) ** 2 + 0.5, 2 * (x - 2.2) ** 2));
  near(at, [2.2]);
});

test("a minimum at the edge is not left behind for one outside of it", async () => {
  const {at} = await minimise([[1, 3]], async ([x = 0]) => x);
  near(at, [1]);
});
