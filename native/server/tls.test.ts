// TLS from end to end, and that nobody listens to other machines without it.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {type RequestOptions, request} from "node:https";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {WebSocket} from "ws";
import {Program} from "../clients/conformance/program.ts";
import {InvalidArgumentError} from "../engine.ts";
import {type Certificate, selfSigned} from "./certificate.fixture.ts";
import {startChild} from "./child.ts";
import {addKey} from "./keys.ts";
import {VERBS} from "./operation.ts";
import {Server} from "./server.ts";

const EVERYWHERE = "0.0.0.0";
const directory = mkdtempSync(join(tmpdir(), "engram-tls-"));
const keys = join(directory, "keys.json");
const key = addKey(keys, {spaces: ["*"], verbs: [...VERBS]});
const data = join(directory, "data");
let certificate: Certificate;
let server: Server;

before(async () => {
  certificate = selfSigned(directory);
  const {cert, key: secret} = certificate;
  server = await Server.start({data, keys, host: EVERYWHERE, tls: {cert, key: secret}});
});

after(async () => {
  await server.close();
  rmSync(directory, {recursive: true});
});

/** Status and body of a request that trusts the certificate. */
function ask(
  method: string,
  path: string,
  body?: object,
  more: RequestOptions = {},
): Promise<[number, string]> {
  const bytes = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port: server.port,
        method,
        path,
        ca: certificate.cert,
        headers: {
          authorization: `Bearer ${key}`,
          ...(bytes === undefined ? {} : {"content-type": "application/json"}),
        },
        ...more,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        answer.on("end", () => resolve([answer.statusCode ?? 0, text]));
      },
    );
    sent.on("error", reject);
    sent.end(bytes);
  });
}

for (const [lacks, options] of Object.entries({
  "keys and TLS": () => ({}),
  TLS: () => ({keys}),
  keys: () => ({tls: {cert: certificate.cert, key: certificate.key}}),
}))
  test(`without ${lacks} nobody listens where other machines reach`, () =>
    assert.rejects(Server.start({data: "/nowhere", host: EVERYWHERE, ...options()}), (error) => {
      assert.ok(error instanceof InvalidArgumentError);
      assert.match(error.message, /0\.0\.0\.0 can be reached from other machines/);
      assert.match(error.remedy, /--keys, --tls-cert and --tls-key/);
      return true;
    }));

test("the command refuses it too, and says what mends it", () =>
  assert.rejects(startChild(["--data", "/nowhere", "--host", EVERYWHERE]), /can be reached .*\npass --keys/));

test("what is stored over TLS is recalled over TLS", async () => {
  assert.equal((await ask("PUT", "/v1/spaces/notes", {dimension: 3}))[0], 200);
  assert.equal((await ask("POST", "/v1/spaces/notes/episodes", {id: "a", embedding: [1, 0, 0]}))[0], 200);
  const [status, body] = await ask("POST", "/v1/spaces/notes/recall", {vector: [1, 0, 0]});
  assert.deepEqual([status, JSON.parse(body)], [200, {hits: [{id: "a", score: 1}]}]);
});

test("no key is no entry, also over TLS", async () => {
  assert.equal((await ask("GET", "/v1/spaces", undefined, {headers: {}}))[0], 401);
});

test("a client that does not know the certificate does not speak", () =>
  assert.rejects(ask("GET", "/health", undefined, {ca: []}), /self-signed certificate/));

test("a client that speaks no TLS gets no answer", () =>
  assert.rejects(fetch(`http://127.0.0.1:${server.port}/health`)));

test("TLS older than 1.2 is refused", () =>
  assert.rejects(ask("GET", "/health", undefined, {maxVersion: "TLSv1.1", minVersion: "TLSv1"})));

test("a watch over a WebSocket goes through TLS", async () => {
  const socket = new WebSocket(`wss://127.0.0.1:${server.port}/v1/spaces/notes/watch?from=1`, {
    ca: certificate.cert,
    headers: {authorization: `Bearer ${key}`},
  });
  const first = await new Promise<{kind: string}>((resolve, reject) => {
    socket.on("message", (line: Buffer) => resolve(JSON.parse(line.toString()) as {kind: string}));
    socket.on("error", reject);
  });
  socket.terminate();
  assert.equal(first.kind, "store");
});

test("the TypeScript client works against it in a process that trusts the certificate", async () => {
  const main = fileURLToPath(new URL("../clients/typescript/conformance/main.ts", import.meta.url));
  const program = new Program([process.execPath, "--import", "tsx", main], {
    NODE_EXTRA_CA_CERTS: certificate.certFile,
  });
  const client = {url: `https://localhost:${server.port}`, key, timeoutMs: 10_000, retries: 0, baseMs: 1};
  try {
    const made = await program.tell({call: "make", space: "secret", args: {dimension: 3}, client});
    assert.equal(made.error, undefined, made.error?.message);
    await program.tell({call: "store", space: "secret", args: {episode: {id: "b", embedding: [0, 1, 0]}}});
    const {value} = await program.tell({call: "recall", space: "secret", args: {vector: [0, 1, 0]}});
    assert.deepEqual(value, [{id: "b", score: 1}]);
  } finally {
    program.stop();
  }
});
