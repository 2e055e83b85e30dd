// Traces as a collector gets them: what of, under whose trace, and without secrets; off unless asked for.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {test} from "node:test";
import {promisify} from "node:util";
import {WebSocket} from "ws";
import {InvalidArgumentError} from "../engine.ts";
import {type Ask, withNotes} from "./fixture.ts";
import type {Server} from "./server.ts";

const DELAY_MS = 10;

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: {key: string; value: Record<string, unknown>}[];
  status: {code: number};
}

/** A collector that keeps what comes, and a server that sends it there; `found` is what has come when it closed. */
async function traced(
  use: (ask: Ask, server: Server) => Promise<void>,
  ratio = 1,
): Promise<{spans: Span[]; text: string}> {
  const spans: Span[] = [];
  let text = "";
  const collector = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces).toString();
      text += body;
      for (const {scopeSpans} of JSON.parse(body).resourceSpans)
        for (const scope of scopeSpans) spans.push(...(scope.spans as Span[]));
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
  await withNotes(({ask, server}) => use(ask, server), {traces: {url, ratio, delayMs: DELAY_MS}});
  await new Promise((resolve) => collector.close(resolve));
  return {spans, text};
}

const attributes = (span: Span | undefined) =>
  Object.fromEntries((span?.attributes ?? []).map(({key, value}) => [key, Object.values(value)[0]]));

test("a request is a span, and what it waits for are spans below it, on the short path as through the router", async () => {
  const {spans} = await traced(async (ask) => {
    await ask("POST", "/v1/spaces/notes/recall", {vector: [1, 0, 0]});
    await ask("POST", "/v2/spaces/notes/recall", {cue: {kind: "newest"}});
  });
  for (const version of ["v1", "v2"]) {
    const span = spans.find(({name}) => name === `POST /${version}/spaces/{space}/recall`);
    const told = attributes(span);
    assert.equal(told["http.response.status_code"], 200);
    assert.equal(told["engram.space"], "notes");
    const below = spans.filter(({parentSpanId}) => parentSpanId === span?.spanId).map(({name}) => name);
    assert.ok(below.includes("receive") && below.includes("engine"), below.join());
  }
});

test("a caller's trace goes on", async () => {
  const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  const traceparent = `00-${traceId}-${spanId}-01`;
  const {spans} = await traced(async (ask) => {
    await ask("GET", "/v1/spaces/notes", undefined, {traceparent});
  }, 0);
  assert.deepEqual(
    spans.filter(({name}) => name.startsWith("GET")).map((span) => [span.traceId, span.parentSpanId]),
    [[traceId, spanId]],
  );
});

test("of what begins here, as many are traced as was asked", async () => {
  const {spans} = await traced(async (ask) => {
    await ask("GET", "/v1/spaces/notes");
  }, 0);
  assert.deepEqual(spans, []);
});

test("what is refused is a span with its status", async () => {
  const {spans} = await traced(async (ask) => {
    await ask("GET", "/v1/spaces/nowhere");
  });
  const span = spans.find(({name}) => name === "GET /v1/spaces/{space}");
  assert.equal(attributes(span)["http.response.status_code"], 404);
});

test("a stream is one span, as lines and over a WebSocket", async () => {
  const {spans} = await traced(async (ask, server) => {
    await ask("GET", "/v1/spaces/notes/scan");
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/spaces/notes/scan`);
    socket.on("message", () => {});
    await new Promise((resolve) => socket.on("close", resolve));
  });
  assert.equal(spans.filter(({name}) => name === "GET /v1/spaces/{space}/scan").length, 2);
});

test("no key, id or content is told", async () => {
  const {text} = await traced(async (ask) => {
    await ask(
      "POST",
      "/v1/spaces/notes/episodes",
      {id: "hidden-id", content: "hidden-content"},
      {
        authorization: "Bearer engram_hidden-key",
        "idempotency-key": "hidden-write",
      },
    );
    await ask("GET", "/v1/spaces/notes/episodes/hidden-id?embedding=true");
  });
  assert.match(text, /episodes\/\{id\}/);
  assert.doesNotMatch(text, /hidden/);
});

test("a collector that is gone disturbs nobody", () =>
  withNotes(
    async ({ask}) => {
      for (let i = 0; i < 3; i++) assert.equal((await ask("GET", "/v1/spaces/notes")).status, 200);
    },
    {traces: {url: "http://127.0.0.1:9/v1/traces", ratio: 1, delayMs: DELAY_MS}},
  ));

test("an address that is none and a share that is none are refused", async () => {
  const url = "http://127.0.0.1:9";
  for (const traces of [
    {url: "collector", ratio: 1},
    {url, ratio: 2},
    {url, ratio: Number.NaN},
  ])
    await assert.rejects(
      withNotes(async () => {}, {traces}),
      InvalidArgumentError,
    );
});

/** Modules of the tracing SDK that a process has loaded once its server serves. */
function loaded(options: object): Promise<number> {
  const program = `
    import {createRequire} from "node:module";
    import {mkdtempSync} from "node:fs";
    const {Server} = await import(${JSON.stringify(new URL("./server.ts", import.meta.url).href)});
    const server = await Server.start({data: mkdtempSync("${tmpdir()}/engram-otel-"), ...${JSON.stringify(options)}});
    const {cache} = createRequire(import.meta.url);
    console.log(Object.keys(cache).filter((file) => file.includes("@opentelemetry/sdk-trace")).length);
    process.exit();`;
  const words = ["--import", "tsx", "--input-type=module", "-e", program];
  return promisify(execFile)(process.execPath, words).then(({stdout}) => Number(stdout));
}

test("who asks for no traces does not load what makes them", async () => {
  assert.equal(await loaded({}), 0);
  assert.ok((await loaded({traces: {url: "http://127.0.0.1:9", ratio: 1}})) > 0);
});
