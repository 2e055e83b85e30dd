// The attack list, each with its test, against a server in a process of its own. Beside each attack an honest client
// goes on; what it saw is printed with the test, and that it was always answered is asserted.
import assert from "node:assert/strict";
import {execFileSync, fork} from "node:child_process";
import {once} from "node:events";
import {existsSync, mkdtempSync, readdirSync, rmSync} from "node:fs";
import type {Socket} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, type TestContext, test} from "node:test";
import {fileURLToPath} from "node:url";
import {gzipSync} from "node:zlib";
import {WebSocket} from "ws";
import {VECTOR_TYPE} from "../binary.ts";
import {type ChildServer, startChild} from "../child.ts";
import {type Ask, asking} from "../fixture.ts";
import {addKey} from "../keys.ts";
import type {Honest, HonestReport} from "./honest.ts";
import {exchange, lifetime, open} from "./raw.ts";

const HEADERS_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;
/** A timeout, the interval at which timeouts are looked for, and a busy machine. */
const PATIENCE_MS = 10_000;
/** For a one-sided bound of 95 %. */
const P99_SAMPLES_MIN = 299;
const ATTACK_MIN_MS = Number(process.env.ENGRAM_ATTACK_MS ?? 1_500);
const DIMENSION = 8;

let directory = "";
let server: ChildServer;
let key = "";
let foreignKey = "";
let ask: Ask;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), "engram-attacks-"));
  const keys = join(directory, "keys.json");
  key = addKey(keys, {spaces: ["*"], verbs: ["read", "write", "forget", "admin", "observe"]});
  foreignKey = addKey(keys, {spaces: ["theirs"], verbs: ["read", "write"]});
  server = await startChild([
    ...["--data", join(directory, "data"), "--keys", keys],
    ...[
      "--headers-timeout-ms",
      String(HEADERS_TIMEOUT_MS),
      "--request-timeout-ms",
      String(REQUEST_TIMEOUT_MS),
    ],
  ]);
  const plain = asking(server.base);
  ask = (method, path, body, headers = {}) =>
    plain(method, path, body, {authorization: `Bearer ${key}`, ...headers});
  for (const space of ["ours", "theirs"]) await ask("PUT", `/v1/spaces/${space}`, {dimension: DIMENSION});
  await ask("POST", "/v1/spaces/ours/episodes", {id: "secret", embedding: vector(), content: "ours"});
});

after(async () => {
  assert.equal(await server.stop(), 0, "the server drained and closed after all attacks");
  rmSync(directory, {recursive: true});
});

function vector(): number[] {
  return Array.from({length: DIMENSION}, (_, i) => i + 1);
}

/** Raw bytes of a request with the key and whatever else. */
function raw(head: string, body = ""): string {
  return `${head}\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n${body}`;
}

const RECALL = "/v1/spaces/ours/recall";
const JSON_TYPE = "Content-Type: application/json\r\n";

async function beside(t: TestContext, attack: () => Promise<void>): Promise<void> {
  const client = fork(fileURLToPath(new URL("./honest.ts", import.meta.url)), {
    execArgv: ["--import", "tsx"],
  });
  client.send({port: server.port, key, space: "ours", vector: vector()} satisfies Honest);
  await once(client, "message");
  try {
    await attack();
  } finally {
    client.send("stop");
  }
  const [report] = (await once(client, "message")) as [HonestReport];
  const {answered, p50Ms, p99Ms} = report;
  const tail = answered < P99_SAMPLES_MIN ? "too few for a P99" : `P99 ${p99Ms.toFixed(2)} ms`;
  t.diagnostic(`honest client: ${answered} answers, P50 ${p50Ms.toFixed(2)} ms, ${tail}`);
  assert.equal(report.failed, 0, "the honest client was always answered");
  assert.equal((await ask("GET", "/ready")).status, 200);
}

function attack(name: string, run: () => Promise<void>): void {
  test(`withstands ${name}`, {timeout: 60_000}, (t) =>
    beside(t, async () => {
      // Again and again, until the honest client has asked often enough for a 99th percentile.
      for (const began = performance.now(); performance.now() - began < ATTACK_MIN_MS; ) await run();
    }),
  );
}

attack("requests without a key", async () => {
  for (const [method, path] of [
    ["GET", "/v1/spaces"],
    ["POST", RECALL],
    ["PUT", "/v1/spaces/new"],
    ["GET", "/v2/spaces/ours/scan"],
    ["GET", "/metrics"],
  ] as const) {
    const {status, body} = await asking(server.base)(method, path, method === "GET" ? undefined : {});
    assert.equal(status, 401, path);
    assert.equal(body.error.code, "unauthenticated");
  }
});

attack("wrong keys, all answered alike", async () => {
  const [, id = "", secret = ""] = /^engram_([0-9a-f]+)_(.+)$/.exec(key) ?? [];
  const wrong = [
    `engram_${id}_${"A".repeat(secret.length)}`,
    `engram_${"0".repeat(16)}_${secret}`,
    `engram_${id}_${secret.slice(1)}`,
    "engram",
    "",
    "x".repeat(5_000),
  ];
  const answers = await Promise.all(
    wrong.map((token) => ask("GET", "/v1/spaces", undefined, {authorization: `Bearer ${token}`})),
  );
  for (const {status, body} of answers) {
    assert.equal(status, 401);
    assert.deepEqual(body, answers[0]?.body);
  }
});

attack("a key of another space", async () => {
  const theirs = {authorization: `Bearer ${foreignKey}`};
  const forbidden = [
    ["POST", RECALL, {vector: vector()}],
    ["GET", "/v1/spaces/ours/episodes/secret"],
    ["GET", "/v1/spaces/ours/scan"],
    ["GET", "/v1/spaces/ours"],
    ["GET", "/v1/spaces/not-there"],
    ["DELETE", "/v1/spaces/theirs/episodes/x"],
    ["PUT", "/v1/spaces/theirs", {dimension: DIMENSION}],
  ] as const;
  for (const [method, path, body] of forbidden)
    assert.equal((await ask(method, path, body, theirs)).status, 403, `${method} ${path}`);
  assert.deepEqual((await ask("GET", "/v1/spaces", undefined, theirs)).body.spaces, [
    {space: "theirs", dimension: DIMENSION},
  ]);
});

attack("path traversal in a space name", async () => {
  const names = [
    "..",
    "%2e%2e",
    "..%2f..%2fetc",
    "..%5c..",
    "%2e%2e%2f",
    "a%00b",
    "....//",
    "~root",
    "%c0%ae%c0%ae",
  ];
  const before = readdirSync(directory).sort();
  for (const name of names) {
    const body = JSON.stringify({dimension: 3});
    const {statuses} = await exchange(
      server.port,
      raw(
        `PUT /v1/spaces/${name} HTTP/1.1`,
        `${JSON_TYPE}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    assert.ok(statuses.length === 1 && [400, 404].includes(statuses[0] as number), `${name}: ${statuses}`);
  }
  assert.deepEqual(readdirSync(directory).sort(), before);
  assert.ok(!existsSync(join(directory, "..", "space")));
});

attack("a body of 1 GB, announced or not", async () => {
  const announced = await exchange(
    server.port,
    raw(`POST ${RECALL} HTTP/1.1`, `${JSON_TYPE}Content-Length: ${2 ** 30}\r\n\r\n`),
  );
  assert.deepEqual(announced.statuses, [413]);
  const socket = await open(server.port);
  let closed = false;
  socket.on("close", () => {
    closed = true;
  });
  socket.resume();
  socket.write(raw(`POST ${RECALL} HTTP/1.1`, `${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n`));
  const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(2 ** 20, " "), Buffer.from("\r\n")]);
  let sent = 0;
  while (!closed && sent < 2 ** 30) {
    sent += chunk.length;
    if (!socket.write(chunk))
      await new Promise<void>((resolve) => {
        socket.once("drain", resolve).once("close", resolve);
      });
  }
  assert.ok(sent < 2 ** 26, `the server took ${sent} bytes of a body of which it reads at most 1 MiB`);
});

attack("headers sent a byte at a time", async () => {
  const sockets = await Promise.all(Array.from({length: 50}, () => open(server.port)));
  const timers = sockets.map((socket) => setInterval(() => socket.write("G"), 100));
  const kept = await Promise.all(sockets.map((socket) => lifetime(socket, PATIENCE_MS)));
  for (const timer of timers) clearInterval(timer);
  assert.ok(Math.max(...kept) < PATIENCE_MS, `the longest was kept ${Math.max(...kept)} ms`);
});

attack("bodies sent a byte at a time", async () => {
  const sockets = await Promise.all(Array.from({length: 50}, () => open(server.port)));
  for (const socket of sockets)
    socket.write(raw(`POST ${RECALL} HTTP/1.1`, `${JSON_TYPE}Content-Length: 1000\r\n\r\n`));
  const timers = sockets.map((socket) => setInterval(() => socket.write(" "), 100));
  const kept = await Promise.all(sockets.map((socket) => lifetime(socket, PATIENCE_MS)));
  for (const timer of timers) clearInterval(timer);
  assert.ok(Math.max(...kept) < PATIENCE_MS, `the longest was kept ${Math.max(...kept)} ms`);
});

/** Two descriptors of each connection are ours and the server's, whose limits are alike. */
function idleConnections(): number {
  const limit = Number(execFileSync("sh", ["-c", "ulimit -n"], {encoding: "utf8"}));
  return Math.min(10_000, Math.floor(limit * 0.8) || 10_000);
}

test("withstands 10,000 idle connections, as far as the descriptors go", {timeout: 120_000}, async (t) => {
  const count = idleConnections();
  t.diagnostic(`${count} connections (ulimit -n bounds them)`);
  await beside(t, async () => {
    const sockets: Socket[] = [];
    while (sockets.length < count)
      sockets.push(
        ...(await Promise.all(
          Array.from({length: Math.min(200, count - sockets.length)}, () => open(server.port)),
        )),
      );
    const [first] = sockets as [Socket];
    const kept = await lifetime(first, PATIENCE_MS);
    assert.ok(kept < PATIENCE_MS, "a connection that never asks is closed");
    for (const socket of sockets) socket.destroy();
  });
});

attack("header bombs", async () => {
  const many = Array.from({length: 5_000}, (_, i) => `X-${i}: y\r\n`).join("");
  for (const headers of [many, `X: ${"y".repeat(1 << 20)}\r\n`, `${"X".repeat(1 << 16)}: y\r\n`]) {
    const {statuses, closed} = await exchange(server.port, raw("GET /health HTTP/1.1", `${headers}\r\n`));
    assert.ok(closed, "the connection is closed");
    assert.ok(
      statuses.every((status) => status === 431),
      String(statuses),
    );
  }
  const long = await exchange(server.port, raw(`GET /${"a".repeat(1 << 16)} HTTP/1.1`, "\r\n"));
  assert.ok(long.closed && long.statuses.every((status) => status >= 400 && status < 500));
});

attack("JSON nested without end", async () => {
  for (const deep of ["[".repeat(500_000), '{"a":'.repeat(100_000), `{"vector":${"[".repeat(1_000)}1`]) {
    for (const path of [RECALL, "/v1/spaces/ours/episodes"]) {
      const {status} = await ask("POST", path, Buffer.from(deep));
      assert.equal(status, 400);
    }
  }
});

attack("malformed bytes and vectors that are no numbers", async () => {
  const bytes = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
  const bodies = [
    bytes(1, 2),
    Buffer.alloc(3),
    Buffer.alloc(0),
    bytes(...vector().map(() => Number.NaN)),
    bytes(...vector().slice(1), Number.POSITIVE_INFINITY),
    bytes(...vector().map(() => 0)),
  ];
  for (const body of bodies)
    assert.equal((await ask("POST", RECALL, body, {"content-type": VECTOR_TYPE})).status, 400);
  const batches = [
    Buffer.alloc(2),
    Buffer.from([255, 255, 255, 255]),
    Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from("{}")]),
    Buffer.concat([Buffer.from([4, 0, 0, 0]), Buffer.from("null")]),
    Buffer.concat([Buffer.from([26, 0, 0, 0]), Buffer.from('{"episodes":{"length":1e9}}')]),
  ];
  for (const body of batches) {
    const {status} = await ask("POST", "/v1/spaces/ours/episodes/batch", body, {
      "content-type": "application/vnd.engram.episodes",
    });
    assert.equal(status, 400);
  }
});

attack("a flood of WebSocket messages, pings and one that is too long", async () => {
  const flood = async (messages: (socket: WebSocket) => void) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/spaces/ours/store`, {
      headers: {authorization: `Bearer ${key}`},
    });
    socket.on("error", () => {});
    await once(socket, "open");
    messages(socket);
    await Promise.race([once(socket, "close"), new Promise((resolve) => setTimeout(resolve, 1_500))]);
    socket.terminate();
  };
  await Promise.all([
    ...Array.from({length: 8}, () =>
      flood((socket) => {
        for (let i = 0; i < 5_000; i++) socket.send("{");
      }),
    ),
    ...Array.from({length: 8}, () =>
      flood((socket) => {
        socket.pause();
        for (let i = 0; i < 20_000; i++) socket.ping();
      }),
    ),
    flood((socket) => socket.send(Buffer.alloc(8 << 20))),
  ]);
});

attack("compressed bombs", async () => {
  const bomb = gzipSync(Buffer.alloc(100 << 20), {level: 9});
  for (const encoding of ["gzip", "br", "deflate", "gzip, gzip", "zstd"]) {
    const {status, body} = await ask("POST", RECALL, bomb, {"content-encoding": encoding});
    assert.equal(status, 415);
    assert.equal(body.error.code, "unsupported_encoding");
  }
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/spaces/ours/scan`, {
    headers: {authorization: `Bearer ${key}`},
    perMessageDeflate: true,
  });
  await once(socket, "open");
  assert.equal(socket.extensions, "", "no compression was agreed on");
  socket.terminate();
});

/** Where two servers could disagree about where a request ends. The second request must never be answered. */
const SMUGGLED = "GET /health HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n";
const SHAPES: Record<string, string> = {
  "a length and chunks": `Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "two lengths": `Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n`,
  "a length with a sign": "Content-Length: +0\r\n\r\n",
  "a length below zero": "Content-Length: -1\r\n\r\n",
  "a length in hex": "Content-Length: 0x0\r\n\r\n",
  "an encoding that is none": "Transfer-Encoding: xchunked\r\n\r\n",
  "chunks behind another encoding": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
  "a space before the colon": "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
  "a folded header": "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a chunk size that is none": "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
  "a chunk size beyond 64 bits": "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
  "a bare carriage return": "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a null byte": "X: \0\r\n\r\n",
};

attack("request smuggling", async () => {
  for (const [name, rest] of Object.entries(SHAPES)) {
    const {statuses, closed} = await exchange(server.port, raw(`POST ${RECALL} HTTP/1.1`, rest + SMUGGLED));
    assert.ok(!statuses.includes(200), `${name}: the second request was answered (${statuses})`);
    assert.ok(
      statuses.length <= 1 && statuses.every((status) => status >= 400 && status < 500),
      `${name}: ${statuses}`,
    );
    assert.ok(closed, `${name}: the connection is closed`);
  }
});
