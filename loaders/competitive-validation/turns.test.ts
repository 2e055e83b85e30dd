// Experiment 112 against peers with planted faults: each is found, and takes nobody else with it.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {recording} from "../lab/measure/recording.ts";
import {stream} from "../lab/statistics/random.ts";
import {kthSimilarity} from "../lab/statistics/recall.ts";
import {cardOf} from "./fixtures/exact.ts";
import {unitVectors} from "./fixtures/unit-vectors.ts";
import {RECALL_METRIC, type SearchData, searching} from "./scenarios/search.ts";
import {walking} from "./scenarios/walk.ts";
import {writing} from "./scenarios/write.ts";
import {openSession} from "./session.ts";
import {subjectsOf} from "./subjects.ts";
import {type Scenario, takeTurns} from "./turns.ts";

const FIXTURES = new URL("./fixtures/", import.meta.url);
const DIMENSION = 8;
const LIMITS = {null_requests: 3, pass_ms: 1_000, wordings: "all" as const, walk_ms: 1_000};

function data(): SearchData {
  const random = stream(1, "vectors");
  const base = unitVectors(64, DIMENSION, random);
  const asked = unitVectors(12, DIMENSION, random);
  return {dataset: "made", base, asked, kth: kthSimilarity(base, asked, 5), k: 5};
}

/** Rows of one round in which the named fixtures take turns. */
async function rowsOf<State>(scenario: Scenario<State>, names: string[]) {
  const directory = mkdtempSync(join(tmpdir(), "engram-turns-"));
  const signal = new AbortController().signal;
  const sessions = subjectsOf(names.map(cardOf)).map((subject) =>
    openSession(subject, {directory, signal, threads: 1, systems: FIXTURES}),
  );
  const record = recording("test");
  try {
    await takeTurns(scenario, sessions, {record, rounds: 1, firstRound: 0, step: () => {}});
    return record.rows();
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
    rmSync(directory, {recursive: true, force: true});
  }
}

type Recorded = Awaited<ReturnType<typeof rowsOf>>;

const reasons = ({blocks}: Recorded, subject: string) =>
  blocks.filter((block) => block.subject === subject).map(({excluded}) => excluded);

const meanRecall = (rows: Recorded, subject: string) => {
  const blocks = new Set(rows.blocks.filter((block) => block.subject === subject).map(({block}) => block));
  const values = rows.observations
    .filter(({metric, block}) => metric === RECALL_METRIC && blocks.has(block))
    .map(({value}) => value);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

test("a peer that returns wrong neighbours at once has a recall that says so", async () => {
  const rows = await rowsOf(searching(data(), LIMITS), ["honest", "liar"]);
  assert.equal(meanRecall(rows, "honest"), 1);
  assert.ok(meanRecall(rows, "liar") < 0.5);
});

test("recall is kept query by query, so that queries can be drawn again", async () => {
  const {observations} = await rowsOf(searching(data(), LIMITS), ["honest"]);
  const labels = observations.filter(({metric}) => metric === RECALL_METRIC).map(({label}) => label);
  assert.deepEqual(labels, Array(2).fill("search made ef=10 555555555555"));
});

test("a peer left half indexed is excluded with the count of what its index covers", async () => {
  const rows = await rowsOf(searching(data(), LIMITS), ["half", "honest"]);
  assert.deepEqual(reasons(rows, "half"), Array(2).fill("its index covers 32 of 64 vectors"));
  assert.deepEqual(reasons(rows, "honest"), [null, null]);
});

test("a peer killed in a visit: the block is void and asked again, and the others keep theirs", async () => {
  const rows = await rowsOf(searching(data(), LIMITS), ["honest", "once"]);
  const [died, ...after] = reasons(rows, "once");
  assert.match(died ?? "", /^void: .*SIGKILL/);
  assert.deepEqual(after, [null, null]);
  assert.deepEqual(reasons(rows, "honest"), [null, null]);
  const [first, second] = rows.blocks.filter(({subject}) => subject === "once");
  assert.deepEqual([first?.round, first?.position], [second?.round, second?.position]);
});

test("a peer that cannot even load has a row that says so, and nobody waits for it", async () => {
  const rows = await rowsOf(searching(data(), LIMITS), ["honest", "mortal"]);
  assert.match(reasons(rows, "mortal").join(), /^not run: it could not load: .*SIGKILL/);
  assert.deepEqual(reasons(rows, "honest"), [null, null]);
});

test("no process is left when the turns are over", async () => {
  const children = () => process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length;
  const before = children();
  await rowsOf(searching(data(), LIMITS), ["honest", "mortal"]);
  assert.equal(children(), before);
});

test("a slow null request stands in rows of its own and is taken from no other", async () => {
  const {requests} = await rowsOf(searching(data(), LIMITS), ["slow"]);
  const took = (operation: string) =>
    requests
      .filter((row) => row.operation.startsWith(operation))
      .map(({start_ns, end_ns}) => end_ns - start_ns);
  assert.ok(took("null").every((ns) => ns >= 9e6));
  assert.ok(took("search").every((ns) => ns > 0));
});

test("a walk that reaches the wrong nodes is excluded, though its counts are right", async () => {
  const graph = {
    nodes: 5,
    from: Uint32Array.of(0, 1, 2, 3),
    to: Uint32Array.of(1, 2, 3, 4),
    weight: new Float32Array(4).fill(1),
  };
  const scenario = walking({dataset: "path", graph, seeds: Uint32Array.of(0, 1, 2, 3)}, LIMITS);
  const rows = await rowsOf(scenario, ["honest", "wanderer"]);
  assert.deepEqual(reasons(rows, "honest"), [null, null]);
  for (const reason of reasons(rows, "wanderer"))
    assert.match(reason ?? "", /differ from a plain breadth-first search/);
});

test("a peer that loses acknowledged writes is told by the client's ledger after a kill", async () => {
  const write = {
    dataset: "made",
    rows: unitVectors(400, DIMENSION, stream(1, "rows")),
    singles: 6,
    batches: 1,
  };
  const rows = await rowsOf(writing(write, LIMITS), ["faithful", "forgetful"]);
  assert.deepEqual(reasons(rows, "faithful"), [null, null]);
  assert.match(reasons(rows, "forgetful")[0] ?? "", /^lost 36 of 106 acknowledged writes/);
});
