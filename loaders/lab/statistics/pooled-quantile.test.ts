import assert from "node:assert/strict";
import {test} from "node:test";
import {median} from "simple-statistics";
import {pooledMedian} from "./pooled-quantile.ts";
import {stream} from "./random.ts";

test("the pooled median equals the median of the drawn blocks laid end to end", () => {
  const random = stream(4, "pooled");
  for (const n of [1, 2, 511, 512, 513, 3_000]) {
    const units = 5;
    const values = Float64Array.from({length: n}, () => Math.floor(random() * 400));
    const unitOf = Uint32Array.from({length: n}, () => Math.floor(random() * units));
    const pooled = pooledMedian(values, unitOf, units);
    for (let trial = 0; trial < 20; trial++) {
      const drawn = Uint32Array.from({length: units}, () => Math.floor(random() * 3));
      const laid = [...values].flatMap((value, index) =>
        new Array<number>(drawn[unitOf[index] ?? 0] ?? 0).fill(value),
      );
      if (laid.length === 0) assert.ok(Number.isNaN(pooled(drawn)));
      else assert.equal(pooled(drawn), median(laid), `n = ${n}`);
    }
  }
});
