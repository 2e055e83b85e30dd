import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {Engine} from "../../native/engine.ts";
import {load} from "../catalogue.ts";
import type {PassageText, QueryRow} from "../datasets/wikispeedia-minilm.ts";
import {calibrationError} from "../lab/statistics/calibration.ts";
import {adjustedRandIndex, purity} from "../lab/statistics/clustering.ts";
import {stream} from "../lab/statistics/random.ts";
import {type PlantedBlock, withRecords} from "../lab/store/fixture.ts";
import {floorVerdict} from "../lab/verdict.ts";
import {DOMAINS, domains} from "./domains.ts";
import {adjustedRandSql, calibrationErrorSql, puritySql} from "./figures.ts";
import {kmeans} from "./kmeans.ts";
import {main as memoryOf, writeDomain} from "./memory.ts";

const random = stream(21, "construction.test");

/** A block of `count` random pairs of labels, the first hardly ever of the second. */
const labels = Array.from({length: 400}, () => {
  const known = Math.floor(random() * 7);
  return {known, found: random() < 0.6 ? known : Math.floor(random() * 12)};
});
const close = (a: unknown, b: number) => assert.ok(Math.abs(Number(a) - b) < 1e-12, `${a} is not ${b}`);

test("agreement and purity are the same in SQL", () =>
  withRecords([{}], async (database) => {
    const rows = `SELECT * FROM (VALUES ${labels.map(({found, known}) => `('g${found}', 'c${known}', 'x')`).join(", ")}) AS given (found, known, block)`;
    const [found, known] = [labels.map((one) => one.found), labels.map((one) => one.known)];
    close((await database.rows(adjustedRandSql(rows)))[0]?.value, adjustedRandIndex(found, known));
    close((await database.rows(puritySql(rows)))[0]?.value, purity(found, known));
  }));

test("calibration error is the same in SQL, also where bins are not of one size", () =>
  withRecords([{}], async (database) => {
    for (const n of [7, 100, 403]) {
      const told = Array.from({length: n}, () => {
        const probability = Math.round(random() * 40) / 40;
        return {probability, right: random() < probability ** 2};
      });
      const rows = `SELECT * FROM (VALUES ${told.map(({probability, right}) => `(${probability}e0, ${right ? 1 : 0}e0, 'x')`).join(", ")}) AS given (probability, hit, block)`;
      close((await database.rows(calibrationErrorSql(rows)))[0]?.value, calibrationError(told));
    }
  }));

const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));

test("k-means finds three directions that are there, and the same ones by the same seed", () => {
  const known = Array.from({length: 90}, (_, i) => i % 3);
  const vectors = known.map((group) => unit(2 * group + 0.2 * (random() - 0.5)));
  const {groups} = kmeans(vectors, 3, stream(1, "k"));
  assert.equal(adjustedRandIndex([...groups], known), 1);
  assert.deepEqual(kmeans(vectors, 3, stream(1, "k")).groups, groups);
});

test("k-means of more groups than vectors is refused", () => {
  assert.throws(() => kmeans([unit(0)], 2, random), /2 groups of 1/);
});

test("a domain has the passages that are filed in it alone, those that are asked for first", () => {
  const names = Object.keys(DOMAINS);
  const texts: PassageText[] = Array.from({length: 300}, (_, id) => ({
    text: `passage ${id}`,
    categories: id % 5 === 4 ? ["Science.A", "History.B"] : [`${names[id % 3]}.Part_${id % 2}`],
  }));
  const asked = [3, 4, 7].map(
    (answer_id, row): QueryRow => ({
      ...{row, answer_id, kind: "cue25" as const, text: "", answer_name: ""},
    }),
  );
  const chosen = domains(texts, asked, stream(1, "domains"), 0.01);
  assert.deepEqual(
    chosen.map(({name, passages}) => [name, passages.length]),
    [
      ["Science", 35],
      ["History", 35],
      ["Everyday_life", 30],
    ],
  );
  for (const [at, {passages}] of chosen.entries())
    assert.ok(passages.every((id) => id % 3 === at && id % 5 !== 4));
  assert.deepEqual(chosen.flatMap(({questions}) => questions.map(({answer}) => answer)).sort(), [3, 7]);
});

test("the process whose memory is read stores every passage as its files say, and forms concepts only where asked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "engram-memory-"));
  try {
    // More than two pieces, in three directions; the last passage has a letter of two bytes and one has no text.
    const texts = Array.from({length: 150}, (_, i) => (i === 7 ? "" : i === 149 ? "á" : `passage ${i}`));
    const rows = texts.map((_, i) => unit(2 * (i % 3) + 0.001 * i));
    const domain = writeDomain(
      join(folder, "told"),
      "Science",
      Float32Array.from(rows.flatMap((row) => [...row])),
      texts,
    );
    for (const consolidate_every of [0, 70]) {
      const directory = join(folder, String(consolidate_every));
      mkdirSync(directory);
      const {stored, concepts} = await memoryOf({
        directory,
        dimension: 2,
        domains: [domain],
        consolidate_every,
      });
      assert.equal(stored, texts.length);
      assert.equal(concepts > 0, consolidate_every > 0);
      const engine = await Engine.open(directory);
      const space = await engine.space("science", {dimension: 2});
      for (const [i, text] of texts.entries()) {
        const found = space.get(`Science/${i}`);
        assert.equal(found?.content ?? "", text);
        assert.deepEqual(found?.embedding, rows[i]);
      }
      await engine.close();
    }
  } finally {
    rmSync(folder, {recursive: true});
  }
});

test("a store that takes a tenth more memory with concepts meets its floor, one that takes a third more misses it", async () => {
  const floor = (await load("101")).floors.find(({metric}) => metric.id === "memory");
  assert.ok(floor);
  const judged = async (over: number, pairs: number) => {
    const blocks = Array.from({length: pairs}, (_, round): PlantedBlock[] => [
      {subject: "episodic", round, observations: {store_memory: 50e6 + round * 1e6}},
      {subject: "dual", round, observations: {store_memory: over * (50e6 + round * 1e6) + (round % 2) * 1e5}},
    ]).flat();
    let verdict = "";
    await withRecords(blocks, async (database) => {
      const estimate = floor.metric.estimator.estimate(
        (await database.rows(floor.metric.rows)) as never,
        stream(1, "memory"),
      );
      ({verdict} = floorVerdict(estimate, floor.comparison, floor.threshold));
    });
    return verdict;
  };
  assert.equal(await judged(1.1, 6), "met");
  assert.equal(await judged(1.33, 6), "missed");
  assert.equal(await judged(1.1, 2), "not enough evidence");
});
