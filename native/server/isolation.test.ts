// Nothing crosses spaces: spaces full of look-alikes are asked in every way, and every id, content and edge that comes
// back must be of the space that was asked. ENGRAM_PROBES=1000000 for the long form.
import assert from "node:assert/strict";
import {test} from "node:test";
import {type Ask, withServer} from "./fixture.ts";

const PROBES = Number(process.env.ENGRAM_PROBES ?? 10_000);
const SPACES = ["a", "b", "c", "d"];
const EPISODES = 40;
const DIMENSION = 4;
const LANES = 16;
/** Of the planted leak: one request in so many goes to another space. */
const LEAK_ONE_IN = 500;

/** Mulberry32, as in bench/served.ts: the same probes in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** The same vectors in every space, and ids that only differ by the space. */
const idOf = (space: string, i: number) => `${space}:${i}`;
const vectorOf = (i: number) => Array.from({length: DIMENSION}, (_, axis) => Math.sin(1 + i * (axis + 1)));

async function fill(ask: Ask): Promise<void> {
  for (const space of SPACES) {
    await ask("PUT", `/v1/spaces/${space}`, {dimension: DIMENSION});
    const ids = Array.from({length: EPISODES}, (_, i) => i);
    await ask("POST", `/v1/spaces/${space}/episodes/batch`, {
      episodes: ids.map((i) => ({id: idOf(space, i), embedding: vectorOf(i), content: `of ${space}:`})),
    });
    await ask("POST", `/v1/spaces/${space}/edges`, {
      edges: ids.map((i) => ({
        from: idOf(space, i),
        to: idOf(space, (i * 7 + 1) % EPISODES),
        relation: "next",
      })),
    });
  }
}

type Probe = (space: string, i: number) => [method: string, path: string, body?: unknown];

const PROBE_KINDS: Probe[] = [
  (space, i) => ["POST", `/v1/spaces/${space}/recall`, {vector: vectorOf(i)}],
  (space, i) => [
    "POST",
    `/v2/spaces/${space}/recall`,
    {cue: {kind: "episodes", ids: [idOf(space, i)]}, mode: "spreading"},
  ],
  (space, i) => ["POST", `/v1/spaces/${space}/spread`, {seeds: [{id: idOf(space, i)}]}],
  (space, i) => ["POST", `/v1/spaces/${space}/reach`, {id: idOf(space, i), hops: 3}],
  (space, i) => ["GET", `/v1/spaces/${space}/episodes/${idOf(space, i)}`],
  (space, i) => ["GET", `/v1/spaces/${space}/episodes/${idOf(space, i)}/edges`],
  (space, i) => ["GET", `/v1/spaces/${space}/episodes?limit=5&after=${idOf(space, i)}`],
  (space, i) => ["GET", `/v1/spaces/${space}/scan?after=${idOf(space, i)}`],
  (space, i) => [
    "POST",
    `/v1/spaces/${space}/episodes`,
    {id: idOf(space, i), embedding: vectorOf(i), content: `of ${space}:`},
  ],
];

/** Marks of other spaces in an answer; the marks are in every id and content. */
function foreign(space: string, text: string): string[] {
  return SPACES.filter((other) => other !== space && text.includes(`${other}:`));
}

/** How many of the probes brought something of another space. */
async function leaks(ask: Ask, probes: number): Promise<number> {
  const draw = random(9);
  let asked = 0;
  let found = 0;
  const lane = async () => {
    while (asked++ < probes) {
      const space = SPACES[draw(SPACES.length)] as string;
      const probe = PROBE_KINDS[draw(PROBE_KINDS.length)] as Probe;
      const {status, body} = await ask(...probe(space, draw(EPISODES)));
      assert.equal(status, 200, JSON.stringify(body));
      const text = body instanceof Buffer ? body.toString() : JSON.stringify(body);
      if (foreign(space, text).length > 0) found++;
    }
  };
  await Promise.all(Array.from({length: LANES}, lane));
  return found;
}

test(`${PROBES} probes of spaces full of look-alikes bring nothing of another space`, () =>
  withServer(async ({ask}) => {
    await fill(ask);
    assert.equal(await leaks(ask, PROBES), 0);
  }));

test("a planted leak is caught: now and then a request is served from another space", () =>
  withServer(async ({ask}) => {
    await fill(ask);
    let request = 0;
    const leaky: Ask = async (method, path, body, headers) => {
      const answer = await ask(method, path, body, headers);
      if (++request % LEAK_ONE_IN !== 0) return answer;
      const [, space = ""] = /spaces\/(\w)/.exec(path) ?? [];
      const other = SPACES[(SPACES.indexOf(space) + 1) % SPACES.length] as string;
      return ask(
        method,
        path.replaceAll(`/${space}`, `/${other}`).replaceAll(`${space}:`, `${other}:`),
        swap(body, space, other),
        headers,
      );
    };
    assert.ok((await leaks(leaky, 4 * LEAK_ONE_IN)) > 0);
  }));

function swap(body: unknown, space: string, other: string): unknown {
  return body === undefined
    ? undefined
    : JSON.parse(JSON.stringify(body).replaceAll(`${space}:`, `${other}:`));
}
