import assert from "node:assert/strict";
import {once} from "node:events";
import type {ServerResponse} from "node:http";
import {PassThrough} from "node:stream";
import {test} from "node:test";
import {WebSocket} from "ws";
import {type Served, withNotes} from "./fixture.ts";
import {writeLines} from "./ndjson.ts";

const lines = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

async function send({server}: Served, body: string | ReadableStream): Promise<unknown[]> {
  const response = await fetch(`http://127.0.0.1:${server.port}/v1/spaces/notes/store`, {
    method: "POST",
    headers: {"content-type": "application/x-ndjson"},
    body,
    duplex: "half",
  } as RequestInit);
  return lines(await response.text());
}

async function talk(
  {server}: Served,
  path: string,
  messages: string[],
): Promise<{answers: unknown[]; code: number}> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
  const answers: unknown[] = [];
  socket.on("message", (data) => answers.push(JSON.parse(String(data))));
  await once(socket, "open");
  for (const message of messages) socket.send(message);
  const [code] = (await once(socket, "close")) as [number];
  return {answers, code};
}

test("episodes sent line by line are acknowledged by the last durable line", () =>
  withNotes(async (served) => {
    const body = Array.from({length: 1_000}, (_, i) =>
      JSON.stringify({id: `n${i}`, embedding: [1, i, 0]}),
    ).join("\n");
    const answers = (await send(served, body)) as {line: number; sequence: number}[];
    assert.equal(answers.at(-1)?.line, 1_000);
    assert.ok(answers.every(({line}, i) => i === 0 || line > (answers[i - 1]?.line ?? 0)));
    assert.equal((await served.ask("GET", "/v1/spaces/notes")).body.episodes, 1_002);
  }));

test("a wrong line ends the stream with its error; the lines acknowledged before stay", () =>
  withNotes(async (served) => {
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id":"good"}\n'));
        await new Promise((resolve) => setTimeout(resolve, 200));
        controller.enqueue(new TextEncoder().encode('{"id":7}\n'));
        controller.close();
      },
    });
    const [first, last] = (await send(served, body)) as [{line: number}, {error: {code: string}}];
    assert.equal(first.line, 1);
    assert.equal(last.error.code, "invalid_argument");
    assert.equal((await served.ask("GET", "/v1/spaces/notes/episodes/good")).status, 200);
  }));

test("a scan streams every episode in order and resumes behind the last one that came", () =>
  withNotes(async (served) => {
    await send(
      served,
      Array.from({length: 700}, (_, i) => `{"id":"s${String(i).padStart(3, "0")}"}`).join("\n"),
    );
    const all = lines((await served.ask("GET", "/v1/spaces/notes/scan")).body.toString());
    assert.equal(all.length, 702);
    const rest = lines(
      (await served.ask("GET", `/v1/spaces/notes/scan?after=${all[99].id}`)).body.toString(),
    );
    assert.deepEqual(rest, all.slice(100));
  }));

test("the same streams speak WebSocket: one message is one line, an empty one ends them", () =>
  withNotes(async (served) => {
    const stored = await talk(served, "/v1/spaces/notes/store", ['{"id":"w1"}', '{"id":"w2"}', ""]);
    assert.equal((stored.answers.at(-1) as {line: number}).line, 2);
    assert.equal(stored.code, 1000);
    const scanned = await talk(served, "/v2/spaces/notes/scan", []);
    assert.deepEqual(
      scanned.answers.map((answer) => (answer as {id: string}).id),
      ["east", "north", "w1", "w2"],
    );
  }));

test("a WebSocket to an address that is no stream is refused as HTTP", () =>
  withNotes(async ({server}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/spaces/notes/nothing`);
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, {statusCode: number}];
    assert.equal(response.statusCode, 404);
    socket.on("error", () => {}).terminate();
  }));

test("what a reader does not take is not made", async () => {
  let made = 0;
  async function* endless() {
    for (;;) yield {line: ++made, padding: "x".repeat(1_000)};
  }
  const slow = new PassThrough({highWaterMark: 10_000}) as unknown as ServerResponse;
  slow.setHeader = () => slow;
  const gone = new AbortController();
  const written = writeLines(slow, endless(), gone.signal);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(made > 0 && made < 50, `${made} lines were made for a reader that takes about twenty`);
  gone.abort();
  await written;
});

test("streams end when the server drains", () =>
  withNotes(async (served) => {
    const socket = new WebSocket(`ws://127.0.0.1:${served.server.port}/v1/spaces/notes/store`);
    await once(socket, "open");
    const closed = once(socket, "close");
    await served.server.close();
    assert.equal((await closed)[0], 1012);
  }));
