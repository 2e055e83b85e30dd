import assert from "node:assert/strict";
import {test} from "node:test";
import type {Claim} from "./claim.ts";
import {causesOf, dated, moves, type PublishedVersion, type Surroundings, versions} from "./versions.ts";

/** A list's line of one more version, in bytes, at most. */
const LINE_BYTES = 200;

function claim(id: string, value: number | null, half = 0.5): Claim {
  return {
    id,
    experiment: "006",
    label: `label of ${id}`,
    unit: "ms",
    value,
    low: value === null ? null : value - half,
    high: value === null ? null : value + half,
    n: 100,
    units: 10,
    enough: true,
    needs: null,
    method: "mean; bootstrap",
    compares: null,
    sql: "SELECT 1 AS value, 1 AS n".padEnd(2_000),
    scope: "profile quick",
    comparison: "<",
    threshold: 10,
    source: "tasks.md, 006",
    verdict: value !== null && value < 10 ? "met" : "missed",
    sentence: null,
  };
}

function version(day: number, claims: Claim[], causes: Record<string, string> = {}): PublishedVersion {
  return {
    version: `2026-11-${day}`,
    measured_on: `2026-11-${day}`,
    store_root: `root of ${day}`,
    newest_run: `202611${day}T000000Z-006-abcdef`,
    claims,
    causes,
  };
}

test("a number moves apart when its intervals do not touch, and comes first", () => {
  const found = moves([claim("a", 1), claim("b", 1)], [claim("a", 1.2), claim("b", 3)]);
  assert.deepEqual(
    found.map(({id, apart}) => [id, apart]),
    [
      ["006/b", true],
      ["006/a", false],
    ],
  );
});

test("a number that stayed is no move, one without a partner is new or gone", () => {
  const found = moves([claim("same", 1), claim("gone", 1)], [claim("same", 1), claim("new", 1)]);
  assert.deepEqual(
    found.map(({id, before, after}) => [id, before === null, after === null]),
    [
      ["006/gone", false, true],
      ["006/new", true, false],
    ],
  );
});

test("a version is compared with the newest before it, never with an edition of itself or a later one", () => {
  const present = version(20, [claim("a", 1)]);
  const edition = {...present, version: "another edition"};
  const told = versions(present, [version(11, []), edition, version(21, []), version(12, [claim("a", 9)])]);
  assert.deepEqual(
    told.older.map(({version: name}) => name),
    ["2026-11-12", "2026-11-11"],
  );
  assert.equal(told.since?.moves[0]?.before?.value, 9);
});

test("a version that does not tell its newest run goes by its day", () => {
  const {newest_run: _, ...manifest} = version(11, []);
  const old = {...dated(manifest), claims: [], causes: {}};
  assert.deepEqual(
    versions(version(13, []), [old, version(12, [])]).older.map(({version: name}) => name),
    ["2026-11-12", "2026-11-11"],
  );
});

test("no cause differs where only the order of the experiments does, and each that differs is told", () => {
  const one = (id: string, engine = "e"): Surroundings => ({
    definition_sha256: `definition of ${id}`,
    environment: {engine_sha256: engine, parameters: `parameters of ${id}`},
    datasets: [{name: id, sha256: `data of ${id}`, licence: "", home: "", synthetic: false}],
  });
  const causes = causesOf([one("000"), one("006")]);
  assert.deepEqual(causesOf([one("006"), one("000")]), causes);
  const changed = causesOf([one("006", "another"), one("000", "another")]);
  assert.deepEqual(
    Object.keys(causes).filter((cause) => causes[cause] !== changed[cause]),
    ["engine"],
  );
});

test("causes that differ are named, and a version that tells none is said to tell none", () => {
  const present = version(20, [], {engine: "b", data: "x"});
  assert.deepEqual(versions(present, [version(11, [], {engine: "a", data: "x"})]).since?.differing, [
    "engine",
  ]);
  assert.equal(versions(present, [version(11, [])]).since?.differing, null);
  assert.equal(versions(present, []).since, null);
});

test("verdicts are counted, and numbers without one are not", () => {
  const unjudged = {...claim("c", 1), verdict: null};
  assert.deepEqual(versions(version(20, [claim("a", 1), claim("b", 20), unjudged]), []).current, {
    version: "2026-11-20",
    measured_on: "2026-11-20",
    numbers: 3,
    verdicts: {met: 1, missed: 1},
  });
});

test("one more version costs the pages a line, however many numbers it has", () => {
  const claims = Array.from({length: 500}, (_, i) => claim(`claim-${i}`, i));
  const present = version(30, claims);
  const bytes = (days: number[]) =>
    JSON.stringify(
      versions(
        present,
        days.map((day) => version(day, claims)),
      ),
    ).length;
  const one = bytes([11]);
  assert.ok(bytes([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]) <= one + 9 * LINE_BYTES);
});
