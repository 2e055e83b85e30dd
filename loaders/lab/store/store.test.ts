import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {recording, thisMachine} from "../measure/recording.ts";
import type {Run} from "../record.ts";
import {SCHEMA} from "./schema.ts";
import {append, open} from "./store.ts";
import {openViews} from "./views.ts";

const KEY = "a".repeat(64);

function run(name: string): Run {
  const blank = Object.entries(SCHEMA.run).map(([column, type]) => [
    column,
    type === "VARCHAR" ? "x" : type === "BOOLEAN" ? false : 1,
  ]);
  return {...(Object.fromEntries(blank) as unknown as Run), run: name, experiment: "006", key: KEY};
}

async function store(root: string, name: string): Promise<string> {
  const recorder = recording(name, thisMachine);
  for (const excluded of [null, "the peer died"]) {
    const block = recorder.block({
      subject: "engram",
      subject_version: "1",
      configuration: {},
      position: 0,
      round: 0,
      temperature: "warm",
      schedule: "poisson",
    });
    block.requests({
      operation: Uint8Array.of(0, 0),
      operations: ["recall"],
      intended_ns: Float64Array.of(0, 1_000),
      start_ns: Float64Array.of(10, 2_001_001),
      end_ns: Float64Array.of(500, 3_000_000),
      status: Uint8Array.of(0, 0),
      statuses: ["ok"],
    });
    block.observe("recall", "share", 0.97);
    if (excluded !== null) block.exclude(excluded);
    block.end();
  }
  return append(root, {run: [run(name)], ...recorder.rows()});
}

async function inStore(use: (root: string) => Promise<void>) {
  const root = mkdtempSync(join(tmpdir(), "engram-store-"));
  try {
    await use(root);
  } finally {
    rmSync(root, {recursive: true});
  }
}

test("a stored run is verified and read back through the views, latency from the intended start", () =>
  inStore(async (root) => {
    await store(root, "r1");
    const {runs, problems} = open(root);
    assert.deepEqual(problems, []);
    const database = await openViews(runs);
    assert.deepEqual(
      await database.rows(
        "SELECT sequence, latency_ns, service_ns, late, unit FROM requests ORDER BY sequence",
      ),
      [
        {sequence: 0, latency_ns: 500, service_ns: 490, late: false, unit: "r1/0"},
        {sequence: 1, latency_ns: 2_999_000, service_ns: 998_999, late: true, unit: "r1/0"},
      ],
    );
    assert.deepEqual(await database.rows("SELECT excluded FROM all_blocks WHERE excluded IS NOT NULL"), [
      {excluded: "the peer died"},
    ]);
    database.close();
  }));

test("the same rows give the same bytes, and one more run another version", () =>
  inStore(async (root) => {
    await store(root, "r1");
    const before = open(root).root;
    assert.equal(open(root).root, before);
    await store(root, "r2");
    assert.notEqual(open(root).root, before);
    const bytes = (name: string) => readFileSync(join(root, "006", "a".repeat(12), name, "requests.parquet"));
    assert.deepEqual(bytes("r1"), bytes("r2"));
  }));

test("a flipped byte refuses that run by name, and the rest still loads", () =>
  inStore(async (root) => {
    const damaged = await store(root, "r1");
    await store(root, "r2");
    const path = join(damaged, "requests.parquet");
    const bytes = readFileSync(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const {runs, problems} = open(root);
    assert.deepEqual(
      runs.map((one) => one.run),
      ["r2"],
    );
    assert.equal(problems[0]?.kind, "damaged");
    assert.match(
      problems[0]?.says ?? "",
      /requests\.parquet: SHA-256 is [0-9a-f]{64}, SHA256SUMS says [0-9a-f]{64}/,
    );
  }));

test("a foreign folder and a foreign file are refused by name", () =>
  inStore(async (root) => {
    const folder = await store(root, "r1");
    mkdirSync(join(root, "notes"));
    writeFileSync(join(folder, "extra.txt"), "x");
    const {runs, problems} = open(root);
    assert.equal(runs.length, 0);
    assert.deepEqual(
      problems.map(({path, kind}) => [path, kind]),
      [
        [`006/${"a".repeat(12)}/r1`, "foreign"],
        ["notes", "foreign"],
      ],
    );
  }));

test("what a killed writer left is removed and told, and never read", () =>
  inStore(async (root) => {
    await store(root, "r1");
    mkdirSync(join(root, "006", "a".repeat(12), ".writing-4194304-r9"));
    assert.deepEqual(
      open(root).problems.map(({kind}) => kind),
      ["leftover"],
    );
    assert.deepEqual(open(root).problems, []);
  }));

test("a run that is stored is never overwritten", () =>
  inStore(async (root) => {
    await store(root, "r1");
    await assert.rejects(store(root, "r1"), /already stored/);
  }));
