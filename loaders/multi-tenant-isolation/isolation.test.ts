import assert from "node:assert/strict";
import {test} from "node:test";
import {withRecords} from "../lab/store/fixture.ts";
import {jainSql} from "./fairness.ts";
import {type Ask, foreign, idOf, KINDS, type Marked, probe} from "./probes.ts";

const marked: Marked = {spaces: ["a", "b"], episodes: 4, vectorOf: (i) => [i, 1]};

/** Answers with an id of the space that the path names. */
const honest: Ask = async (_method, path) => {
  const [, space = ""] = /spaces\/(\w+)/.exec(path) ?? [];
  return JSON.stringify({hits: [{id: idOf(space, 1)}]});
};

test("an answer of the space that was asked is no leak, whatever was asked", async () => {
  for (const kind of KINDS.keys()) assert.equal(await probe(honest, marked, [kind, 0, 2]), "ok", KINDS[kind]);
});

test("a planted hit of another space is a leak, whatever was asked", async () => {
  const leaky: Ask = (method, path, body) => honest(method, path.replace("/a/", "/b/"), body);
  for (const kind of KINDS.keys())
    assert.equal(await probe(leaky, marked, [kind, 0, 2]), "leak", KINDS[kind]);
});

test("an answer that does not come is neither", async () => {
  const dead: Ask = () => Promise.reject(new Error("gone"));
  assert.equal(await probe(dead, marked, [0, 0, 0]), "failed");
});

test("a space whose name another one ends in is not taken for it", () => {
  assert.deepEqual(foreign('{"id":"ba:1"}', "ba", ["a", "ba"]), []);
});

test("Jain's index is 1 where all get the same, 1/n where one gets all, and as by hand between", async () => {
  const rates = (values: number[]) =>
    `SELECT * FROM (VALUES ${values.map((value, tenant) => `(${value}e0, ${tenant}, 'x')`).join(", ")}) AS given (value, tenant, block)`;
  await withRecords([{}], async (database) => {
    for (const [values, index] of [
      [[5, 5, 5, 5], 1],
      [[9, 0, 0, 0], 1 / 4],
      [[1, 2, 3], 36 / 42],
    ] as const) {
      const [row] = await database.rows(jainSql(rates([...values])));
      assert.ok(Math.abs(Number(row?.value) - index) < 1e-12, `${values}: ${row?.value}`);
    }
  });
});
