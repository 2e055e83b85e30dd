// The plain road must not be told from Node's: the same bytes on a connection of its own and on one that Node has.
import assert from "node:assert/strict";
import {once} from "node:events";
import {mkdtempSync, rmSync} from "node:fs";
import {connect, type Socket} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {HITS_TYPE, VECTOR_TYPE} from "./binary.ts";
import {type Served, withNotes, withServer} from "./fixture.ts";
import {addKey} from "./keys.ts";

const PATH = "/v1/spaces/notes/recall";
const HEALTH = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
const HEAD_END = "\r\n\r\n";

interface Raw {
  path?: string;
  type?: string;
  accept?: string;
  more?: string;
  body: string | Float32Array;
}

function raw({path = PATH, type = "application/json", accept, more = "", body}: Raw): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body.buffer);
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\n${
    accept === undefined ? "" : `Accept: ${accept}\r\n`
  }${more}Content-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** Answers of one connection, read one by one. */
class Client {
  #read = Buffer.alloc(0);

  constructor(readonly socket: Socket) {
    socket.on("data", (chunk) => {
      this.#read = Buffer.concat([this.#read, chunk]);
    });
  }

  static async to(port: number): Promise<Client> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Client(socket);
  }

  async answer(): Promise<{status: number; fields: Map<string, string>; body: Buffer}> {
    for (;;) {
      const end = this.#read.indexOf(HEAD_END);
      const [line = "", ...lines] = this.#read.toString("latin1", 0, Math.max(end, 0)).split("\r\n");
      const fields = new Map(
        lines.map((field) => {
          const colon = field.indexOf(":");
          return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
        }),
      );
      const whole = end + HEAD_END.length + Number(fields.get("content-length") ?? 0);
      if (end >= 0 && this.#read.length >= whole) {
        const body = this.#read.subarray(end + HEAD_END.length, whole);
        this.#read = this.#read.subarray(whole);
        return {status: Number(line.split(" ")[1]), fields, body};
      }
      await Promise.race([
        once(this.socket, "data"),
        once(this.socket, "close").then(() => Promise.reject(new Error("closed"))),
      ]);
    }
  }
}

/** Asks on a fresh connection, and on one that Node has since it was asked something else before. */
async function both({server}: Served, request: Buffer) {
  const [plain, nodes] = [await Client.to(server.port), await Client.to(server.port)];
  nodes.socket.write(HEALTH);
  assert.equal((await nodes.answer()).status, 200);
  plain.socket.write(request);
  nodes.socket.write(request);
  const answers = [await plain.answer(), await nodes.answer()] as const;
  const onPlainRoad = server.plainConnections;
  plain.socket.destroy();
  nodes.socket.destroy();
  return {answers, onPlainRoad};
}

const unlike = new Set(["date", "x-request-id"]);
const comparable = (fields: Map<string, string>) =>
  Object.fromEntries([...fields].filter(([name]) => !unlike.has(name)).sort());

const CASES: Record<string, {request: Raw; plain: boolean}> = {
  "a cue in JSON": {request: {body: '{"vector":[1,2,0]}'}, plain: true},
  "a cue with spaces": {request: {body: '{"vector":[ 1, 2e0, -0.0 ]}'}, plain: true},
  "bytes in, JSON out": {request: {type: VECTOR_TYPE, body: Float32Array.of(0, 1, 0.25)}, plain: true},
  "bytes in and out": {
    request: {type: VECTOR_TYPE, accept: HITS_TYPE, body: Float32Array.of(0, 1, 0.25)},
    plain: true,
  },
  "the null request": {request: {path: "/v1/null", body: '{"vector":[1,2,0]}'}, plain: true},
  "fields that mean nothing here": {
    request: {more: "X-Request-Id: 7\r\nAuthorization: Bearer x\r\n", body: '{"vector":[1,2,0]}'},
    plain: true,
  },
  "options in the body": {request: {body: '{"vector":[1,2,0],"k":1}'}, plain: false},
  "options in the query": {request: {path: `${PATH}?k=1`, body: '{"vector":[1,2,0]}'}, plain: false},
  "a zero vector": {request: {body: '{"vector":[0,0,0]}'}, plain: false},
  "a NaN among the bytes": {
    request: {type: VECTOR_TYPE, body: Float32Array.of(0, Number.NaN, 1)},
    plain: false,
  },
  "another dimension": {request: {body: '{"vector":[1,2]}'}, plain: false},
  "no JSON": {request: {body: '{"vector":[1,2,0]'}, plain: false},
  "an unknown space": {request: {path: "/v1/spaces/nobody/recall", body: '{"vector":[1,2,0]}'}, plain: false},
  "another version": {
    request: {path: "/v2/spaces/notes/recall", body: '{"cue":{"kind":"vector","vector":[1,2,0]}}'},
    plain: false,
  },
  "a path that climbs": {
    request: {body: '{"vector":[1,2,0]}', path: "/v1/spaces/notes/../notes/recall"},
    plain: false,
  },
};

for (const [name, {request, plain}] of Object.entries(CASES))
  test(`the plain road answers as Node's does: ${name}`, () =>
    withNotes(async (served) => {
      const {answers, onPlainRoad} = await both(served, raw(request));
      const [one, other] = answers;
      assert.equal(one.status, other.status);
      assert.deepEqual(comparable(one.fields), comparable(other.fields));
      assert.equal(one.body.toString("latin1"), other.body.toString("latin1"));
      assert.equal(onPlainRoad, plain ? 1 : 0, "which road it took");
    }));

test("ids of any letters are written as Node writes them", () =>
  withServer(async (served) => {
    await served.ask("PUT", "/v1/spaces/notes", {dimension: 3});
    const ids = ['q"uote', "back\\slash", "é and 漢", "line\u2028end", "tab\u00a0", "😀"];
    await served.ask("POST", "/v1/spaces/notes/episodes/batch", {
      episodes: ids.map((id, i) => ({id, embedding: [1, i / 7, 1e-9 * i]})),
    });
    const {answers, onPlainRoad} = await both(served, raw({body: '{"vector":[1,1e-7,-1]}'}));
    assert.equal(answers[0].body.toString(), answers[1].body.toString());
    assert.equal(JSON.parse(answers[0].body.toString()).hits.length, ids.length);
    assert.equal(onPlainRoad, 1);
  }));

test("a connection goes over to Node in the midst of what it asks, and no answer is lost or moved", () =>
  withNotes(async ({server}) => {
    const client = await Client.to(server.port);
    const east = raw({body: '{"vector":[1,0,0]}'});
    const north = raw({path: `${PATH}?k=1`, body: '{"vector":[0,1,0]}'});
    client.socket.write(Buffer.concat([east, north, east, Buffer.from(HEALTH), north.subarray(0, 60)]));
    const firstOf = async () => JSON.parse((await client.answer()).body.toString()).hits?.[0]?.id;
    assert.deepEqual([await firstOf(), await firstOf(), await firstOf()], ["east", "north", "east"]);
    assert.equal(JSON.parse((await client.answer()).body.toString()).status, "ok");
    client.socket.write(north.subarray(60));
    assert.equal(await firstOf(), "north");
    client.socket.destroy();
  }));

test("what the plain road answers is counted with the rest", () =>
  withNotes(async ({server, ask}) => {
    const client = await Client.to(server.port);
    for (let i = 0; i < 3; i++) {
      client.socket.write(raw({body: '{"vector":[1,0,0]}'}));
      assert.equal((await client.answer()).status, 200);
    }
    client.socket.destroy();
    const text = (await ask("GET", "/metrics")).body.toString() as string;
    assert.match(text, /engram_request_seconds_count\{operation="recall",version="v1",status="200"\} 3\b/);
  }));

test("a space that may ask only so fast is asked by Node's road alone", () =>
  withNotes(async (served) => {
    const {ask} = served;
    const request = raw({body: '{"vector":[1,0,0]}'});
    assert.equal((await both(served, request)).onPlainRoad, 1);
    await ask("PUT", "/v1/spaces/notes", {dimension: 3, quota: {requestsPerS: 1_000}});
    assert.equal((await both(served, request)).onPlainRoad, 0);
    await ask("PUT", "/v1/spaces/notes", {dimension: 3, quota: {}});
    assert.equal((await both(served, request)).onPlainRoad, 1);
  }));

test("with keys nothing is answered before its key was checked", async () => {
  const directory = mkdtempSync(join(tmpdir(), "engram-plain-"));
  const keys = join(directory, "keys.json");
  addKey(keys, {spaces: ["*"], verbs: ["read"]});
  await withServer(
    async (served) => {
      const client = await Client.to(served.server.port);
      client.socket.write(raw({body: '{"vector":[1,0,0]}'}));
      assert.equal((await client.answer()).status, 401);
      assert.equal(served.server.plainConnections, 0);
      client.socket.destroy();
    },
    {keys},
  );
  rmSync(directory, {recursive: true});
});

test("a request that comes piece by piece is answered, by whoever has it then", () =>
  withNotes(async ({server}) => {
    const client = await Client.to(server.port);
    const request = raw({body: '{"vector":[1,0,0]}'});
    for (let at = 0; at < request.length; at += 40) {
      client.socket.write(request.subarray(at, at + 40));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.equal((await client.answer()).status, 200);
    const slow = await Client.to(server.port);
    slow.socket.write(request.subarray(0, 50));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(server.plainConnections, 1, "only the one that is done with its request");
    slow.socket.write(request.subarray(50));
    assert.equal((await slow.answer()).status, 200);
    client.socket.destroy();
    slow.socket.destroy();
  }));
