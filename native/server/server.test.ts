import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {InvalidArgumentError} from "../engine.ts";
import {EPISODE_TYPE, EPISODES_TYPE, HITS_TYPE, VECTOR_TYPE} from "./binary.ts";
import {asking, withNotes, withServer} from "./fixture.ts";
import {openApi} from "./openapi.ts";
import {Server} from "./server.ts";

test("what is stored is recalled by its direction and read back whole", () =>
  withNotes(async ({ask}) => {
    const recalled = await ask("POST", "/v1/spaces/notes/recall", {vector: [2, 0.1, 0], k: 1});
    assert.equal(recalled.status, 200);
    assert.equal(recalled.body.hits[0].id, "east");
    const {body} = await ask("GET", "/v1/spaces/notes/episodes/east?embedding=true");
    assert.deepEqual(body, {
      id: "east",
      embedding: [1, 0, 0],
      at: 5,
      content: "to the east",
      attributes: {warm: true, n: 2},
      confidence: 1,
      strength: 1,
    });
  }));

test("an episode without an id gets one, and the time of the server's clock", () =>
  withNotes(
    async ({ask}) => {
      const {body} = await ask("POST", "/v1/spaces/notes/episodes", {embedding: [0, 0, 1]});
      const stored = await ask("GET", `/v1/spaces/notes/episodes/${body.id}`);
      assert.equal(stored.body.at, 1_000);
    },
    {clock: () => 1_000},
  ));

test("a vector may be sent, and hits may be had, as bytes", () =>
  withNotes(async ({ask}) => {
    const cue = new Uint8Array(Float32Array.of(0, 1, 0).buffer);
    const {body, headers} = await ask("POST", "/v1/spaces/notes/recall?k=1", cue, {
      "content-type": VECTOR_TYPE,
      accept: HITS_TYPE,
    });
    assert.equal(headers.get("content-type"), HITS_TYPE);
    const bytes = body as Buffer;
    assert.equal(bytes.readUInt32LE(0), 1);
    assert.equal(bytes.readFloatLE(4), 1);
    assert.equal(bytes.readUInt16LE(8), 5);
    assert.equal(bytes.subarray(10).toString(), "north");
  }));

test("a batch may be sent as JSON with its vectors behind it", () =>
  withNotes(async ({ask}) => {
    const json = Buffer.from(JSON.stringify({episodes: [{id: "x", content: "eks"}, {id: "y"}]}));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    const vectors = Buffer.from(Float32Array.of(0, 0, 1, 0, 0, -1).buffer);
    const {status, body} = await ask(
      "POST",
      "/v1/spaces/notes/episodes/batch",
      Buffer.concat([length, json, vectors]),
      {"content-type": EPISODES_TYPE},
    );
    assert.equal(status, 200);
    assert.deepEqual(body.ids, ["x", "y"]);
    const {body: y} = await ask("GET", "/v2/spaces/notes/episodes/y?embedding=true");
    assert.deepEqual(y.embedding, [0, 0, -1]);
  }));

/** JSON with its length before it and a vector behind it. */
function withVector(json: unknown, ...vector: number[]): Buffer {
  const head = Buffer.from(JSON.stringify(json));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, Buffer.from(Float32Array.from(vector).buffer)]);
}

test("one episode may be sent as JSON with its vector behind it, and nothing else may be before it", () =>
  withNotes(async ({ask}) => {
    const type = {"content-type": EPISODE_TYPE};
    const path = "/v2/spaces/notes/episodes";
    assert.equal((await ask("POST", path, withVector({id: "x", content: "eks"}, 0, 0, 1), type)).status, 200);
    const {body} = await ask("GET", `${path}/x?embedding=true`);
    assert.deepEqual([body.embedding, body.content], [[0, 0, 1], "eks"]);
    for (const wrong of [withVector(null, 0, 0, 1), withVector([], 0, 0, 1), withVector({id: "y"}, 0, 1)])
      assert.equal((await ask("POST", path, wrong, type)).status, 400);
  }));

test("a JSON field named as the vectors of bytes are is one that is not known", () =>
  withNotes(async ({ask}) => {
    const episodes = [{id: "x", embedding: [0, 0, 1]}];
    const {status} = await ask("POST", "/v1/spaces/notes/episodes/batch", {episodes, embeddings: "mine"});
    assert.equal(status, 200);
    const {body} = await ask("GET", "/v1/spaces/notes/episodes/x?embedding=true");
    assert.deepEqual(body.embedding, [0, 0, 1]);
  }));

test("the second version answers a cue of bytes as one of JSON, in the thread and in the pool", () =>
  withNotes(async ({ask}) => {
    const path = "/v2/spaces/notes/recall";
    const cue = new Uint8Array(Float32Array.of(0.1, 1, 0).buffer);
    const json = {kind: "vector", vector: [0.1, 1, 0]};
    for (const options of [{mode: "similar", k: 1}, {mode: "blended"}, {exact: true, mode: "similar"}]) {
      const query = new URLSearchParams(
        Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const bytes = await ask("POST", `${path}?${query}`, cue, {"content-type": VECTOR_TYPE});
      const {body} = await ask("POST", path, {cue: json, ...options});
      assert.equal(bytes.status, 200);
      assert.equal(body.hits[0].id, "north");
      assert.deepEqual(bytes.body, body);
    }
  }));

test("edges are linked, listed, spread along, reached and unlinked", () =>
  withNotes(async ({ask}) => {
    const edge = {from: "east", to: "north", relation: "near", weight: 0.5};
    assert.equal((await ask("POST", "/v1/spaces/notes/edges", {edges: [edge], at: 7})).status, 200);
    assert.deepEqual((await ask("GET", "/v1/spaces/notes/episodes/east/edges")).body.edges, [
      {to: "north", relation: "near", weight: 0.5, at: 7},
    ]);
    const spread = await ask("POST", "/v1/spaces/notes/spread", {seeds: [{id: "east"}]});
    assert.deepEqual(
      spread.body.active.map(({id}: {id: string}) => id),
      ["east", "north"],
    );
    assert.deepEqual((await ask("POST", "/v1/spaces/notes/reach", {id: "east", hops: 1})).body.ids, [
      "north",
    ]);
    await ask("POST", "/v1/spaces/notes/edges/unlink", {edges: [edge]});
    assert.deepEqual((await ask("GET", "/v1/spaces/notes/episodes/east/edges")).body.edges, []);
  }));

test("edges of one relation are unlinked by one write", () =>
  withNotes(async ({ask}) => {
    const edges = ["north", "east"].map((to) => ({from: "east", to, relation: "near"}));
    const linked = await ask("POST", "/v1/spaces/notes/edges", {edges});
    const unlinked = await ask("POST", "/v1/spaces/notes/edges/unlink", {edges});
    assert.equal(unlinked.body.sequence, linked.body.sequence + 1);
    assert.deepEqual((await ask("GET", "/v1/spaces/notes/episodes/east/edges")).body.edges, []);
  }));

test("where only the count is asked for, what is reached is counted and not listed", () =>
  withNotes(async ({ask}) => {
    const edges = [
      {from: "east", to: "north", relation: "near", weight: 0.5},
      {from: "north", to: "east", relation: "near", weight: 0.5},
    ];
    assert.equal((await ask("POST", "/v1/spaces/notes/edges", {edges})).status, 200);
    for (const version of ["v1", "v2"]) {
      const {body} = await ask("POST", `/${version}/spaces/notes/reach`, {id: "east", hops: 1, ids: false});
      assert.deepEqual(body, {count: 1, ids: []});
    }
  }));

test("a scan goes through all ids in order, page by page", () =>
  withNotes(async ({ask}) => {
    const first = await ask("GET", "/v1/spaces/notes/episodes?limit=1");
    assert.equal(first.body.next, "east");
    const second = await ask("GET", "/v1/spaces/notes/episodes?limit=1&after=east");
    assert.deepEqual(
      second.body.episodes.map(({id}: {id: string}) => id),
      ["north"],
    );
    assert.equal((await ask("GET", "/v1/spaces/notes/episodes?after=north")).body.next, null);
  }));

test("forgetting weakens or deletes; an unknown id is no error", () =>
  withNotes(async ({ask}) => {
    await ask("POST", "/v1/spaces/notes/forget", {ids: ["east", "unknown"], weaken: 0.25});
    assert.equal((await ask("GET", "/v1/spaces/notes/episodes/east")).body.strength, 0.25);
    assert.equal((await ask("DELETE", "/v1/spaces/notes/episodes/east")).status, 200);
    const {status, body} = await ask("GET", "/v1/spaces/notes/episodes/east");
    assert.equal(status, 404);
    assert.equal(body.error.code, "not_found");
  }));

test("a space made again with another dimension is a conflict", () =>
  withNotes(async ({ask}) => {
    assert.equal((await ask("PUT", "/v1/spaces/notes", {dimension: 3})).status, 200);
    assert.equal((await ask("PUT", "/v1/spaces/notes", {dimension: 4})).status, 409);
    assert.deepEqual((await ask("GET", "/v1/spaces")).body, {spaces: [{space: "notes", dimension: 3}]});
  }));

test("a server started again has what was stored", () =>
  withServer(async ({ask, server, directory}) => {
    await ask("PUT", "/v1/spaces/notes", {dimension: 2});
    await ask("POST", "/v1/spaces/notes/episodes", {id: "a", embedding: [1, 0]});
    const before = (await ask("GET", "/v1/spaces/notes")).body.digest;
    await server.close();
    const again = await Server.start({data: `${directory}/data`});
    const answer = await asking(`http://127.0.0.1:${again.port}`)("GET", "/v1/spaces/notes");
    await again.close();
    assert.equal(answer.body.digest, before);
    assert.equal(answer.body.episodes, 1);
  }));

test("fields the server does not know are tolerated", () =>
  withNotes(async ({ask}) => {
    const {status} = await ask("POST", "/v1/spaces/notes/recall", {vector: [1, 0, 0], fromTheFuture: {a: 1}});
    assert.equal(status, 200);
  }));

test("an address that others can reach needs keys and TLS", async () => {
  await assert.rejects(Server.start({data: "/nowhere", host: "0.0.0.0"}), InvalidArgumentError);
  await assert.rejects(Server.start({data: "/nowhere", host: "::", keys: "keys.json"}), /no TLS/);
});

test("the OpenAPI document is the one under version control (npm run openapi writes it)", () =>
  withServer(async ({ask}) => {
    const golden = readFileSync(new URL("./golden/openapi.json", import.meta.url), "utf8");
    assert.equal(`${JSON.stringify(openApi(), null, 2)}\n`, golden);
    assert.deepEqual((await ask("GET", "/openapi.json")).body, JSON.parse(golden));
  }));

test("health and readiness say that it serves", () =>
  withServer(async ({ask}) => {
    assert.deepEqual((await ask("GET", "/health")).body, {
      status: "ok",
      phase: "serving",
      pid: process.pid,
      release: JSON.parse(readFileSync("package.json", "utf8")).version,
      spaces: [],
    });
    assert.equal((await ask("GET", "/ready")).body.ready, true);
  }));

test("a method that the API has not is the client's mistake, with its headers and without", () =>
  withNotes(async ({server}) => {
    for (const headers of [{}, {"content-type": "text/plain"}]) {
      const {status} = await fetch(`http://127.0.0.1:${server.port}/v1/spaces`, {method: "QUERY", headers});
      assert.ok(status >= 400 && status < 500, `status ${status}`);
    }
  }));
