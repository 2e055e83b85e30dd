// Experiment 112 against peers with planted faults: each is found, and takes nobody else with it.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {recording} from "../lab/measure/recording.ts";
import {stream} from "../lab/statistics/random.ts";
import {kthSimilarity} from "../lab/statistics/recall.ts";
import {cardOf} from "./fixtures/exact.ts";
import {openSession} from "./session.ts";
import {RECALL_METRIC, visitGraphs, visitVectors} from "./visits.ts";

const FIXTURES = new URL("./fixtures/", import.meta.url);
const DIMENSION = 8;
const DIRECTORY = mkdtempSync(join(tmpdir(), "engram-visits-"));
after(() => rmSync(DIRECTORY, {recursive: true}));
const PARAMETERS = {k: 5, seeds: 4, rounds_per_start: 1, null_requests: 3};

function unitVectors(count: number, random: () => number) {
  const values = Float32Array.from({length: count * DIMENSION}, () => random() - 0.5);
  for (let row = 0; row < count; row++) {
    const vector = values.subarray(row * DIMENSION, (row + 1) * DIMENSION);
    const length = Math.hypot(...vector);
    vector.forEach((value, at) => {
      vector[at] = value / length;
    });
  }
  return {values, dimension: DIMENSION};
}

async function sessionsOf<T>(
  names: string[],
  use: (sessions: ReturnType<typeof openSession>[]) => Promise<T>,
) {
  const sessions = names.map((name) => openSession(cardOf(name), new AbortController().signal, FIXTURES));
  try {
    return await use(sessions);
  } finally {
    await Promise.all(sessions.map(({worker}) => worker.stop()));
  }
}

function visitingVectors(names: string[]) {
  return sessionsOf(names, async (sessions) => {
    const record = recording("test");
    const random = stream(1, "vectors");
    const base = unitVectors(64, random);
    const asked = unitVectors(6, random);
    await visitVectors({
      sessions,
      base,
      asked,
      kth: kthSimilarity(base, asked, PARAMETERS.k),
      parameters: PARAMETERS,
      start: 0,
      directory: DIRECTORY,
      record,
      step: () => {},
    });
    return record.rows();
  });
}

const meanRecall = (rows: Awaited<ReturnType<typeof visitingVectors>>, subject: string) => {
  const blocks = new Set(rows.blocks.filter((block) => block.subject === subject).map(({block}) => block));
  const values = rows.observations
    .filter(({metric, block}) => metric === RECALL_METRIC && blocks.has(block))
    .map(({value}) => value);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

test("a peer that returns wrong neighbours at once has a recall that says so", async () => {
  const rows = await visitingVectors(["honest", "liar"]);
  assert.equal(meanRecall(rows, "honest"), 1);
  assert.ok(meanRecall(rows, "liar") < 0.5);
});

test("a peer left half indexed is told by the count of what it holds", async () => {
  const rows = await visitingVectors(["half"]);
  assert.deepEqual(
    rows.observations.filter(({metric}) => metric === "vectors").map(({value}) => value),
    [32, 32],
  );
});

test("a peer that dies loses its visits, with the reason, and the others keep theirs", async () => {
  const {blocks} = await visitingVectors(["honest", "mortal"]);
  const reasons = (subject: string) =>
    blocks.filter((block) => block.subject === subject).map(({excluded}) => excluded);
  assert.deepEqual(reasons("honest"), [null, null]);
  assert.match(reasons("mortal")[0] ?? "", /SIGKILL/);
  assert.match(reasons("mortal")[1] ?? "", /died in an earlier visit/);
});

test("a walk that reaches the wrong nodes is excluded, though its counts are right", async () => {
  const rows = await sessionsOf(["honest", "wanderer"], async (sessions) => {
    const record = recording("test");
    await visitGraphs({
      sessions,
      graph: {
        nodes: 5,
        from: Uint32Array.of(0, 1, 2, 3),
        to: Uint32Array.of(1, 2, 3, 4),
      },
      parameters: PARAMETERS,
      start: 0,
      directory: DIRECTORY,
      record,
      step: () => {},
      random: stream(1, "seeds"),
    });
    return record.rows();
  });
  for (const {subject, excluded} of rows.blocks)
    assert.equal(excluded === null, subject === "honest", `${subject}: ${excluded}`);
});
