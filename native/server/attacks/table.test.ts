import assert from "node:assert/strict";
import {test} from "node:test";
import table from "./table.ts";

async function told(events: {type: string; data: object}[]): Promise<string> {
  let text = "";
  async function* source() {
    yield* events;
  }
  for await (const line of table(source())) text += line;
  return text;
}

test("each attack has its line with what the honest client saw, and a failure is told", async () => {
  const text = await told([
    {type: "test:pass", data: {name: "withstands a flood", nesting: 0}},
    {type: "test:diagnostic", data: {message: "honest client: 9 answers, P50 1.00 ms", nesting: 0}},
    {
      type: "test:fail",
      data: {name: "withstands a bomb", nesting: 0, details: {error: {message: "it went down"}}},
    },
    {type: "test:pass", data: {name: "a key is compared in constant time", nesting: 0}},
  ]);
  assert.deepEqual(
    text.split("\n").map((line) => line.replaceAll(/ +/g, " ").trim()),
    [
      "✓ a flood 9 answers, P50 1.00 ms",
      "✗ a bomb it went down",
      "✓ a key is compared in constant time",
      "the server did not withstand 1",
      "",
    ],
  );
});
