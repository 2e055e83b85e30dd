// Floors of experiment 000 over planted rounds: a lead is met, a lag missed, another size or a blind rival proves
// nothing.
import assert from "node:assert/strict";
import {test} from "node:test";
import {built, CATALOGUE, load} from "../catalogue.ts";
import {stream} from "../lab/statistics/random.ts";
import {type PlantedBlock, withRecords} from "../lab/store/fixture.ts";
import {floorVerdict} from "../lab/verdict.ts";
import {FLOORS, p99At, rateAt, TABLES} from "./figures.ts";

const ROUNDS = 8;

/** Rounds in which hnswlib answers 1,000 a second at recall 0.95 and engram `lead` times as many; both halve
 *  from each width to the next. hnswlib's P99 there is 1,000 µs, engram's `tail` of that. */
const curves = (of: string, lead: number, tail = 1): PlantedBlock[] =>
  Array.from({length: ROUNDS}, (_, round) =>
    ["engram", "hnswlib"].map((subject) => ({
      subject,
      round,
      labelled: [
        [10, 0.93, 2],
        [20, 0.97, 0.5],
      ].flatMap(([ef, recall, rate]) => [
        {metric: `recall ${of}`, label: String(ef), value: recall as number},
        {
          metric: `qps ${of}`,
          label: String(ef),
          value: (rate as number) * 1_000 * (subject === "engram" ? lead : 1) * (1 + round / 100),
        },
        {
          metric: `p99_us ${of}`,
          label: String(ef),
          value: (1_000 / (rate as number)) * (subject === "engram" ? tail : 1) * (1 + round / 100),
        },
      ]),
    })),
  ).flat();

const wikispeedia95 = "ratio-wikispeedia-minilm-100000-95";

async function judged(id: string, blocks: PlantedBlock[]) {
  const floor = FLOORS.find(({metric}) => metric.id === id);
  if (floor === undefined) throw new TypeError(`no floor ${id}`);
  let verdict = "";
  let value = Number.NaN;
  await withRecords(blocks, async (database) => {
    const rows = await database.rows(floor.metric.rows);
    const estimate = floor.metric.estimator.estimate(rows as never, stream(1, id));
    value = estimate.value;
    ({verdict} = floorVerdict(estimate, floor.comparison, floor.threshold));
  });
  return {verdict, value};
}

test("four times hnswlib's rate at equal recall meets the floor of three", async () => {
  const {verdict, value} = await judged(wikispeedia95, curves("wikispeedia-minilm 100000", 4));
  assert.equal(verdict, "met");
  assert.ok(Math.abs(value - 4) < 1e-9);
});

test("two and a half times misses it", async () => {
  const {verdict} = await judged(wikispeedia95, curves("wikispeedia-minilm 100000", 2.5));
  assert.equal(verdict, "missed");
});

test("a smaller size is no evidence for the floor, however fast", async () => {
  const {verdict} = await judged(wikispeedia95, curves("wikispeedia-minilm 15000", 10));
  assert.equal(verdict, "not enough evidence");
});

test("another set's rounds are no evidence either", async () => {
  const {verdict} = await judged(wikispeedia95, curves("mnist 60000", 10));
  assert.equal(verdict, "not enough evidence");
});

test("a recall that is never reached gives no rate", async () => {
  await withRecords(curves("mnist 60000", 4), async (database) => {
    assert.deepEqual(await database.rows(rateAt("mnist 60000", 0.99)), []);
  });
});

test("between two widths the rate is read off the line through them, in its logarithm", async () => {
  await withRecords(curves("mnist 60000", 1).slice(0, 1), async (database) => {
    const [row] = await database.rows(rateAt("mnist 60000", 0.95));
    assert.ok(Math.abs(Number(row?.value) - 1_000) < 1e-6, `${row?.value}`);
  });
});

test("at equal recall a third of hnswlib's P99 meets the floor of four tenths, half of it misses", async () => {
  const id = "p99-wikispeedia-minilm-100000-95";
  const {verdict, value} = await judged(id, curves("wikispeedia-minilm 100000", 1, 0.3));
  assert.equal(verdict, "met");
  assert.ok(Math.abs(value - 0.3) < 1e-9);
  assert.equal((await judged(id, curves("wikispeedia-minilm 100000", 9, 0.5))).verdict, "missed");
  const elsewhere = await judged(id, curves("wikispeedia-minilm 15000", 9, 0.1));
  assert.equal(elsewhere.verdict, "not enough evidence");
});

test("the P99 at a recall is read off between two widths as the rate is", async () => {
  await withRecords(curves("mnist 60000", 1).slice(0, 1), async (database) => {
    const [row] = await database.rows(p99At("mnist 60000", 0.95));
    assert.ok(Math.abs(Number(row?.value) - 1_000) < 1e-6, `${row?.value}`);
  });
});

test("a frontier shows each width's P99, and the widths of a record that has none", async () => {
  const table = TABLES.find(({id}) => id === "frontier-mnist");
  const told = async (blocks: PlantedBlock[]) => {
    let rows: unknown[] = [];
    await withRecords(blocks, async (database) => {
      rows = (await database.rows(table?.sql ?? "")).map(({effort, p99_us}) => [effort, p99_us]);
    });
    return rows;
  };
  const [one] = curves("mnist 60000", 1);
  assert.deepEqual(await told([one as PlantedBlock]), [
    [10, 500],
    [20, 2_000],
  ]);
  const before = (one?.labelled ?? []).filter(({metric}) => !metric.startsWith("p99_us"));
  assert.deepEqual(await told([{...one, labelled: before}]), [
    [10, null],
    [20, null],
  ]);
});

test("slow walks miss their floor, and each round counts once", async () => {
  const walks = (value: number): PlantedBlock[] =>
    Array.from({length: ROUNDS}, (_, round) => ({
      round,
      labelled: [{metric: "spread_us", label: "1 seed, 2 hops", value: value + round / 10}],
    }));
  assert.equal((await judged("spread-2", walks(5))).verdict, "met");
  assert.equal((await judged("spread-2", walks(20))).verdict, "missed");
  assert.equal((await judged("spread-2", walks(5).slice(0, 2))).verdict, "not enough evidence");
});

test("a rival with narrower registers, or none, voids the run", async () => {
  const {voidIf} = await load("000");
  const rule = voidIf.find(({id}) => id === "narrow-rival");
  const reasons = async (bits: number | null) => {
    let found: unknown[] = [];
    const sides: PlantedBlock[] = [
      {observations: {"simd_bits mnist 60000": 512}},
      ...(bits === null ? [] : [{subject: "hnswlib", observations: {"simd_bits mnist 60000": bits}}]),
    ];
    await withRecords(sides, async (database) => {
      found = await database.rows(rule?.violations ?? "");
    });
    return found.length;
  };
  assert.equal(await reasons(512), 0);
  assert.equal(await reasons(128), 1);
  assert.equal(await reasons(null), 1);
});

test("numbers 000 and 200 are in the catalogue beside the 31, and built", () => {
  assert.equal(CATALOGUE.length, 33);
  for (const [number, name] of [
    ["000", "core-benchmarks"],
    ["200", "human-memory"],
  ])
    assert.ok(built().some(({id, slug}) => id === number && slug === name));
  assert.equal(new Set(CATALOGUE.map(({id}) => id)).size, 33);
});
