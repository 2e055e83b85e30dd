// What the engine's contract promises, over the wire: keys, changes, filters, backups, and the second version.
import assert from "node:assert/strict";
import {join} from "node:path";
import {test} from "node:test";
import {asking, withNotes} from "./fixture.ts";
import {Server} from "./server.ts";

const KEY = {"idempotency-key": "drawn-once"};

test("a write that comes twice under one key is done once, and answered alike", () =>
  withNotes(async ({ask}) => {
    const first = await ask("POST", "/v1/spaces/notes/episodes", {content: "no id, no time"}, KEY);
    const again = await ask("POST", "/v1/spaces/notes/episodes", {content: "no id, no time"}, KEY);
    assert.equal(again.status, 200);
    assert.deepEqual(again.body, first.body);
    assert.equal((await ask("GET", "/v1/spaces/notes")).body.episodes, 3);
  }));

test("another request under a key that was used is a conflict", () =>
  withNotes(async ({ask}) => {
    await ask("POST", "/v1/spaces/notes/episodes", {id: "a", content: "one"}, KEY);
    const {status, body} = await ask("POST", "/v1/spaces/notes/episodes", {id: "a", content: "two"}, KEY);
    assert.equal(status, 409);
    assert.equal(body.error.code, "conflict");
  }));

test("a key holds across a restart, for stores, edges and forgetting, also without a time", () =>
  withNotes(async ({ask, server, directory}) => {
    const edges = {
      edges: [
        {from: "east", to: "north", relation: "r"},
        {from: "east", to: "north", relation: "s"},
      ],
    };
    const writes = async (call: typeof ask) => [
      (await call("POST", "/v1/spaces/notes/episodes", {id: "late"}, {"idempotency-key": "1"})).body,
      (await call("POST", "/v1/spaces/notes/edges", edges, {"idempotency-key": "2"})).body,
      (await call("POST", "/v1/spaces/notes/forget", {ids: ["east"], weaken: 0.5}, {"idempotency-key": "3"}))
        .body,
    ];
    const before = await writes(ask);
    await server.close();
    const again = await Server.start({data: join(directory, "data"), clock: () => Date.now() + 60_000});
    const askAgain = asking(`http://127.0.0.1:${again.port}`);
    assert.deepEqual(await writes(askAgain), before);
    assert.equal((await askAgain("GET", "/v1/spaces/notes/episodes/east")).body.strength, 0.5);
    await again.close();
  }));

test("a watch tells what is past and then what comes, and resumes without a gap", () =>
  withNotes(async ({ask, server}) => {
    const stop = new AbortController();
    const response = await fetch(`http://127.0.0.1:${server.port}/v1/spaces/notes/watch?from=1`, {
      signal: stop.signal,
    });
    const seen: {sequence: number; kind: string; episodes?: {id: string}[]}[] = [];
    await ask("POST", "/v1/spaces/notes/episodes", {id: "live"});
    let text = "";
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      seen.push(...lines.map((line) => JSON.parse(line)));
      if (seen.length >= 2) break;
    }
    stop.abort();
    assert.deepEqual(
      seen.map(({sequence, kind, episodes}) => [sequence, kind, episodes?.map(({id}) => id)]),
      [
        [1, "store", ["east", "north"]],
        [2, "store", ["live"]],
      ],
    );
  }));

test("a recall keeps to its filter on attributes, time and confidence", () =>
  withNotes(async ({ask}) => {
    const recall = async (filter: object) =>
      (await ask("POST", "/v1/spaces/notes/recall", {vector: [1, 1, 0], ...filter})).body.hits.map(
        ({id}: {id: string}) => id,
      );
    assert.deepEqual(await recall({where: {key: "warm", equals: true}}), ["east"]);
    assert.deepEqual(await recall({where: {not: {key: "warm", exists: true}}}), ["north"]);
    assert.deepEqual(await recall({from: 6}), ["north"]);
    assert.equal((await recall({until: 100, minConfidence: 0.5})).length, 2);
  }));

test("the second version takes a cue of any kind and says why each hit came", () =>
  withNotes(async ({ask}) => {
    const recall = async (cue: object, mode = "similar") => {
      const {status, body} = await ask("POST", "/v2/spaces/notes/recall", {cue, mode, k: 1});
      assert.equal(status, 200, JSON.stringify(body));
      return body.hits[0];
    };
    const near = await recall({kind: "vector", vector: [0, 1, 0]});
    assert.deepEqual([near.kind, near.id, near.similarity], ["episode", "north", 1]);
    assert.deepEqual(near.why.at(-1), {kind: "episode", id: "north"});
    assert.equal((await recall({kind: "newest"})).id, "north");
    await ask("POST", "/v2/spaces/notes/edges", {edges: [{from: "east", to: "north", relation: "r"}]});
    const reached = await recall({kind: "episodes", ids: ["east"]}, "spreading");
    assert.deepEqual(reached.why, [
      {kind: "episode", id: "east"},
      {kind: "episode", id: "north"},
    ]);
  }));

test("concepts are formed, listed and answered, what is masked is completed, what is old is recognised", () =>
  withNotes(async ({ask}) => {
    const episodes = Array.from({length: 6}, (_, i) => ({
      id: `m${i}`,
      embedding: [0.02 * i, 0.01, 1],
      at: i,
    }));
    await ask("POST", "/v1/spaces/notes/episodes/batch", {episodes});
    const {body: cycle} = await ask("POST", "/v2/spaces/notes/consolidate", {at: 10, tau: 0, share: 1});
    assert.equal(cycle.formed, 1, JSON.stringify(cycle));
    const {body: page} = await ask("GET", "/v2/spaces/notes/concepts");
    assert.equal(page.concepts[0].members.length, 6);
    const cue = {kind: "vector", vector: [0, 0, 1]};
    const {body: blended} = await ask("POST", "/v2/spaces/notes/recall", {cue, concepts: true, k: 20});
    assert.ok(blended.hits.some(({kind}: {kind: string}) => kind === "concept"));
    const masked = {vector: [0.05, 0, 1], known: [false, false, true]};
    const {body: completed} = await ask("POST", "/v2/spaces/notes/complete", masked);
    assert.ok(completed.hypotheses[0].match >= 0.7);
    const old = async (vector: number[]) =>
      (await ask("POST", "/v2/spaces/notes/recognise", {vector})).body.old;
    assert.deepEqual([await old([0.02, 0.01, 1]), await old([-1, -1, 0])], [true, false]);
    assert.equal((await ask("POST", "/v2/spaces/notes/access", {ids: ["m1"]})).status, 200);
  }));

test("every use of what is deprecated is warned: when, until when, and by what it is replaced", () =>
  withNotes(async ({ask}) => {
    for (const address of ["/v1/spaces/notes/recall", "/v1/spaces/n%6ftes/recall"]) {
      const {headers} = await ask("POST", address, {vector: [1, 0, 0]});
      assert.equal(headers.get("deprecation"), `@${Date.UTC(2026, 10, 25) / 1_000}`);
      assert.equal(headers.get("sunset"), "Thu, 25 Nov 2027 00:00:00 GMT");
      assert.match(headers.get("link") ?? "", /rel="successor-version"/);
    }
    assert.equal((await ask("GET", "/v1/spaces/notes")).headers.get("deprecation"), null);
  }));

test("a backup is made below the server's directory and becomes a space again", () =>
  withNotes(async ({ask}) => {
    const made = await ask("POST", "/v1/spaces/notes/backup", {backup: "first"});
    assert.equal(made.status, 200, JSON.stringify(made.body));
    await ask("DELETE", "/v1/spaces/notes/episodes/east");
    assert.equal((await ask("POST", "/v1/spaces/copy/restore", {backup: "first"})).status, 200);
    assert.equal((await ask("GET", "/v1/spaces/copy/episodes/east")).status, 200);
    assert.equal((await ask("POST", "/v1/spaces/copy2/restore", {backup: "../first"})).status, 400);
  }));
