import assert from "node:assert/strict";
import {test} from "node:test";
import {readersLast} from "./catalogue.ts";

test("an experiment that reads another's runs comes behind it, the others keep their order", () => {
  const definitions = [{id: "006"}, {id: "015", reads: ["112"]}, {id: "102", reads: []}, {id: "112"}];
  assert.deepEqual(
    readersLast(definitions).map(({id}) => id),
    ["006", "102", "112", "015"],
  );
});
