// A small migration over a live server, whole: releases are rolled out under load, and the ledger reconciles.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {stream} from "../lab/statistics/random.ts";
import {main} from "./block.ts";

const DIMENSION = 8;

test("a live server migrates and takes new releases, and no request fails", {timeout: 120_000}, async () => {
  const directory = mkdtempSync(join(tmpdir(), "engram-113-"));
  const random = stream(113, "vectors");
  const vectors = (n: number) => Float32Array.from({length: n * DIMENSION}, () => random() - 0.5);
  try {
    const output = await main(
      {
        ...{directory, dimension: DIMENSION, passages: vectors(400), held: 200, queries: vectors(50)},
        ...{sessions: 50, rate_per_s: 200, stage_requests: 40, restart_requests: 300, restarts: 1, seed: 113},
      },
      () => undefined,
    );
    const {columns, stages} = output;
    assert.deepEqual(
      new Set(Array.from(columns.status, (status) => columns.statuses[status])),
      new Set(["ok"]),
    );
    assert.deepEqual(output.beside_failed, []);
    assert.deepEqual(output.findings, []);
    assert.deepEqual(
      stages.flatMap(({release}) => release ?? []),
      ["1.1.0", "1.2.0"],
    );
    assert.ok(output.writes > 0 && output.repeated > 0 && output.read_back > 0);
  } finally {
    rmSync(directory, {recursive: true});
  }
});
