import assert from "node:assert/strict";
import {test} from "node:test";
import {percentilesSql} from "./percentiles.ts";
import {withRecords} from "./store/fixture.ts";

test("a hundred known times have their median and its ranks, and no percentile that they cannot carry", () =>
  withRecords([{}], async (database) => {
    const rows = await database.rows(
      percentilesSql("SELECT 'recall' AS operation, i::DOUBLE AS ms FROM range(1, 101) AS given (i)"),
    );
    assert.deepEqual(
      rows.map(({quantile, latency_ms}) => [quantile, latency_ms]),
      [
        [0.5, 50],
        [0.9, 90],
      ],
    );
    // 50 ± 1.96 · √(100 · 0.25) = 40.2 … 59.8, outwards.
    assert.deepEqual([rows[0]?.low_ms, rows[0]?.high_ms, rows[0]?.n], [40, 61, 100]);
  }));
