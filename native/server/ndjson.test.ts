import assert from "node:assert/strict";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {test} from "node:test";
import {writeLines} from "./ndjson.ts";

const HEARTBEAT_MS = 5;

test("a stream that has nothing to tell says by empty lines that it is there, then goes on", async () => {
  let tell = (_: object) => {};
  const told = new Promise<object>((resolve) => {
    tell = resolve;
  });
  async function* answers() {
    yield await told;
  }
  const server = createServer((_, response) =>
    writeLines(response, answers(), new AbortController().signal, HEARTBEAT_MS),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  tell({n: 1}); // the head came with an empty line: nothing else was sent
  const lines = (await response.text()).split("\n");
  assert.equal(lines[0], "");
  assert.deepEqual(
    lines.filter((line) => line !== ""),
    ['{"n":1}'],
  );
  server.close();
});
