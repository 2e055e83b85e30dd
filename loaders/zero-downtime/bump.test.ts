import assert from "node:assert/strict";
import {test} from "node:test";
import {stream} from "../lab/statistics/random.ts";
import {openDatabase} from "../lab/store/views.ts";
import {differenceOfQuantiles} from "./bump.ts";

const random = stream(113, "bump");
const side = (name: "a" | "b", n: number, shift: number) =>
  Array.from({length: n}, () => ({value: shift - Math.log(1 - random()), side: name}));

test("the rise of a percentile has an interval that holds the true rise", () => {
  let held = 0;
  for (let trial = 0; trial < 200; trial++) {
    const rows = [...side("a", 400, 5), ...side("b", 400, 0)];
    const {low, high} = differenceOfQuantiles(0.99).estimate(rows, random);
    if (Number(low) <= 5 && 5 <= Number(high)) held++;
  }
  assert.ok(held >= 180, `${held} of 200`);
});

test("SQL and TypeScript agree on the rise", async () => {
  const rows = [...side("a", 310, 2), ...side("b", 450, 0)];
  const estimator = differenceOfQuantiles(0.99);
  const database = await openDatabase();
  const values = rows.map(({value, side: name}) => `(${value}e0, '${name}')`).join(", ");
  const answers = await database.rows(
    estimator.sql(`SELECT * FROM (VALUES ${values}) AS given (value, side)`),
  );
  database.close();
  const {value, n} = estimator.estimate(rows, random);
  assert.equal(Number(answers[0]?.n), n);
  assert.ok(Math.abs(Number(answers[0]?.value) - value) < 1e-9);
});

test("a side that is too small for its percentile concludes nothing", () => {
  const {enough, needs} = differenceOfQuantiles(0.99).estimate(
    [...side("a", 100, 1), ...side("b", 400, 0)],
    random,
  );
  assert.equal(enough, false);
  assert.equal(needs, "299 requests, have 100");
});
