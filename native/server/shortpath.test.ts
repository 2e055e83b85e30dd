// The short path must not be told from the router: the same requests, once by the plain address and once by one
// that only the router reads (a letter of the name percent-encoded).
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import fc from "fast-check";
import {pino} from "pino";
import {Engine, type Space} from "../engine.ts";
import {Admission} from "./admission.ts";
import {Audit} from "./audit.ts";
import {encodeHits, HITS_TYPE, hitsLetters, VECTOR_TYPE} from "./binary.ts";
import {Bodies} from "./body.ts";
import {readCue} from "./cue.ts";
import {asking, type Served, withNotes} from "./fixture.ts";
import {Gate} from "./gate.ts";
import {Health} from "./health.ts";
import {ADMISSION} from "./limits.ts";
import {Metrics} from "./metrics.ts";
import {Quotas} from "./quotas.ts";
import {shortPath} from "./shortpath.ts";
import {Spaces} from "./spaces.ts";

const SHORT = "/v1/spaces/notes/recall";
const ROUTED = "/v1/spaces/n%6ftes/recall";
const bytes = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const VECTOR = {"content-type": VECTOR_TYPE};
const RUNS = 300;

type Request = {query?: string; body?: unknown; headers?: Record<string, string>};

async function same({ask}: Served, {query = "", body, headers = {}}: Request) {
  const [short, routed] = [
    await ask("POST", SHORT + query, body, headers),
    await ask("POST", ROUTED + query, body, headers),
  ];
  assert.equal(short.status, routed.status, JSON.stringify([short.body, routed.body]));
  assert.deepEqual(short.body, routed.body);
  assert.equal(short.headers.get("content-type"), routed.headers.get("content-type"));
  return short;
}

const CASES: Record<string, {request: Request; status: number}> = {
  "a cue": {request: {body: {vector: [1, 2, 0]}}, status: 200},
  "a cue with options": {request: {body: {k: 1, vector: [1, 2, 0], exact: true, ef: 50}}, status: 200},
  "options in the query": {request: {query: "?k=1&exact=true", body: {vector: [1, 2, 0]}}, status: 200},
  "a cue of bytes": {request: {query: "?k=1", body: bytes(0, 1, 0), headers: VECTOR}, status: 200},
  "bytes in and out": {request: {body: bytes(0, 1, 0), headers: {...VECTOR, accept: HITS_TYPE}}, status: 200},
  "an option out of range": {request: {body: {vector: [1, 2, 0], k: 0}}, status: 400},
  "an option of the wrong type": {request: {body: {vector: [1, 2, 0], k: "1"}}, status: 400},
  "an unknown option": {request: {body: {vector: [1, 2, 0], colour: {a: [1]}}}, status: 200},
  "a query out of range": {request: {query: "?k=9999999", body: {vector: [1, 2, 0]}}, status: 400},
  "another dimension": {request: {body: {vector: [1, 2]}}, status: 400},
  "too many numbers": {request: {body: {vector: [1, 2, 3, 4]}}, status: 400},
  "numbers that are text": {request: {body: {vector: ["1", 2, 3]}}, status: 400},
  "a number beyond f32": {request: {body: {vector: [1e300, 0, 0]}}, status: 400},
  "a number beyond f64": {request: {body: Buffer.from('{"vector":[1e999,0,0]}')}, status: 400},
  "a number that underflows": {request: {body: Buffer.from('{"vector":[1e-999,0,1]}')}, status: 200},
  "a second vector": {request: {body: Buffer.from('{"vector":[1,0,0],"vector":[0,1,0],"k":1}')}, status: 200},
  "a zero vector": {request: {body: {vector: [0, 0, 0]}}, status: 400},
  "no vector": {request: {body: {k: 1}}, status: 400},
  "no object": {request: {body: [1, 2, 3]}, status: 400},
  "an unfinished body": {request: {body: Buffer.from('{"vector":[1,0,0]')}, status: 400},
  "text behind the body": {request: {body: Buffer.from('{"vector":[1,0,0]}}')}, status: 400},
  "text that is not UTF-8": {
    request: {body: Buffer.from('{"vector":[1,0,0],"x":"\xff"}', "latin1")},
    status: 400,
  },
  "a deep body": {
    request: {body: Buffer.from(`{"vector":[1,0,0],"x":${"[".repeat(50)}${"]".repeat(50)}}`)},
    status: 400,
  },
  "an empty body": {request: {body: Buffer.alloc(0)}, status: 400},
  "bytes of another length": {request: {body: bytes(0, 1), headers: VECTOR}, status: 400},
  "a NaN among the bytes": {request: {body: bytes(0, Number.NaN, 1), headers: VECTOR}, status: 400},
  "an unknown content type": {
    request: {body: Buffer.from("x"), headers: {"content-type": "text/plain"}},
    status: 415,
  },
  "a compressed body": {
    request: {body: Buffer.from("x"), headers: {"content-encoding": "gzip"}},
    status: 415,
  },
};

for (const [name, {request, status}] of Object.entries(CASES))
  test(`the short path answers as the router does: ${name}`, () =>
    withNotes(async (served) => {
      assert.equal((await same(served, request)).status, status);
    }));

test("the short path reads the numbers that JSON.parse reads, however they are written", () => {
  const scratch = new Float32Array(4);
  fc.assert(
    fc.property(
      fc.array(fc.double({noNaN: true, noDefaultInfinity: true}), {minLength: 4, maxLength: 4}),
      fc.nat(20),
      fc.dictionary(fc.string(), fc.jsonValue({maxDepth: 2}), {maxKeys: 3}),
      (vector, digits, others) => {
        const numbers = vector.map((value) => (digits === 0 ? String(value) : value.toPrecision(digits)));
        const {vector: _, ...rest} = others;
        const text = JSON.stringify({...rest, vector: null, z: [1]}).replace(
          '"vector":null',
          `"vector":[${numbers.join(", ")}]`,
        );
        const read = readCue(Buffer.from(text), scratch);
        if (read === undefined) return; // the plain reader's
        assert.deepEqual([...read.vector], [...Float32Array.from(JSON.parse(text).vector as number[])]);
        assert.deepEqual({...read.rest}, {...JSON.parse(text), vector: null});
      },
    ),
    {numRuns: RUNS, seed: 6},
  );
});

const CROWD = 60;
const CROWD_DIMENSION = 16;

/** The short path by itself, with one place for searches: of a crowd all but one wait. */
async function withOnePlace(use: (port: number, space: Space) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "engram-short-"));
  const engine = await Engine.open(directory);
  const space = await engine.space("crowd", {dimension: CROWD_DIMENSION});
  const spaces = new Spaces();
  await spaces.open(engine);
  const [log, metrics] = [pino({level: "silent"}), new Metrics()];
  const short = shortPath({
    ...{spaces, log, metrics, tracing: undefined, backups: undefined},
    admission: new Admission({...ADMISSION, search: {...ADMISSION.search, running: 1}}),
    bodies: new Bodies(),
    gate: new Gate(undefined, new Audit(log, metrics)),
    health: new Health(),
    quotas: new Quotas(directory, Date.now),
    clock: Date.now,
    draining: new AbortController().signal,
  });
  const server = createServer(short);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as AddressInfo).port, space);
  } finally {
    server.close();
    await engine.close();
    rmSync(directory, {recursive: true});
  }
}

for (const type of ["application/json", VECTOR_TYPE])
  test(`recalls that wait for a place are answered to their own cue: ${type}`, () =>
    withOnePlace(async (port, space) => {
      const vectors = Array.from({length: CROWD}, (_, i) =>
        Array.from({length: CROWD_DIMENSION}, (_, j) => Math.sin(1 + i * CROWD_DIMENSION + j)),
      );
      const ids = vectors.map((_, i) => String(i));
      await space.storeBatch({ids, embeddings: Float32Array.from(vectors.flat())});
      const ask = asking(`http://127.0.0.1:${port}`);
      const found = await Promise.all(
        vectors.map(async (vector) => {
          const body = type === VECTOR_TYPE ? bytes(...vector) : {vector};
          const headers = type === VECTOR_TYPE ? VECTOR : {};
          return (await ask("POST", "/v1/spaces/crowd/recall?k=1&exact=true", body, headers)).body.hits?.[0]
            ?.id;
        }),
      );
      assert.deepEqual(found, ids);
    }));

test("hits as letters are the bytes of hits, whatever the ids", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({unit: "grapheme", maxLength: 40}), fc.float()), {maxLength: 20}),
      (hits) => {
        const [ids, scores] = [hits.map(([id]) => id), hits.map(([, score]) => score)];
        assert.deepEqual(Buffer.from(hitsLetters(ids, scores), "latin1"), encodeHits(ids, scores));
      },
    ),
    {numRuns: RUNS, seed: 6},
  ));
