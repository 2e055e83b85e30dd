// The gate: what the API of now takes from older clients is nothing, and what would take from them is found.
import assert from "node:assert/strict";
import {describe, test} from "node:test";
import {openApi} from "../openapi.ts";
import {breakingChanges} from "./breaking.ts";
import {OLDER, readOlder} from "./changes.ts";
import {BREAKING, broken} from "./planted.ts";

const NOW = Date.parse("2026-11-25");

for (const version of OLDER)
  test(`clients made for ${version} as it was first promised are still served`, () => {
    assert.deepEqual(breakingChanges(readOlder(version), openApi(), NOW), []);
  });

describe("a change that breaks older clients is found where it", () => {
  for (const change of Object.keys(BREAKING))
    test(change, () => {
      const found = breakingChanges(openApi(), broken(openApi(), change), NOW);
      assert.notDeepEqual(found, []);
    });
});

describe("what is added breaks nobody:", () => {
  const additions: Record<string, (document: ReturnType<typeof JSON.parse>) => void> = {
    "an operation": ({paths}) => {
      paths["/v1/news"] = {get: {responses: {200: {}}}};
    },
    "an answer's field": ({components}) => {
      components.schemas.Stored.properties.mood = {type: "string"};
    },
    "a request's field that may be absent": ({components}) => {
      components.schemas.SpaceInput.properties.mood = {type: "string"};
    },
    "a query word that may be absent": ({paths}) => {
      paths["/v1/spaces"].get.parameters.push({name: "mood", in: "query", required: false, schema: {}});
    },
    "a wider range": ({components}) => {
      components.schemas.SpaceInput.properties.dimension.maximum = 65_536;
    },
  };
  for (const [name, add] of Object.entries(additions))
    test(name, () => {
      const newer = structuredClone(openApi());
      add(newer);
      assert.deepEqual(breakingChanges(openApi(), newer, NOW), []);
    });
});

test("what was announced to go may be gone at its sunset, and not before", () => {
  const newer = broken(openApi(), "takes an operation away");
  const after = Date.parse("2027-11-25");
  assert.deepEqual(breakingChanges(openApi(), newer, after), []);
  assert.deepEqual(breakingChanges(openApi(), newer, after - 1), [
    "POST /v1/spaces/{space}/recall: is gone before its sunset",
  ]);
});

test("a keyword that is not known is a difference, not agreement", () => {
  const newer = structuredClone(openApi()) as ReturnType<typeof JSON.parse>;
  newer.components.schemas.Written.properties.sequence.multipleOf = 2;
  assert.match(breakingChanges(openApi(), newer, NOW)[0] ?? "", /"multipleOf" cannot be compared/);
});
