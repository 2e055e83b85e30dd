// E-divisive on real series, beside what the authors of the Turing benchmark published for the R package ecp with
// the same settings (TCPDBench, analysis/output/scores/default_*_scores.json): their figures, our computation.
import assert from "node:assert/strict";
import {test} from "node:test";
import {lookup} from "../../../datasets/lookup.ts";
import {annotatedSeries} from "../../../datasets/tcpd.ts";
import {laboratory} from "../../laboratory.ts";
import {stream} from "../random.ts";
import {covering, f1} from "./agreement.ts";
import {eDivisive} from "./e-divisive.ts";

/** Series on which ecp's own search for the split meets the paper's formula, short enough for every run. */
const PUBLISHED: Record<string, {f1: number; covering: number}> = {
  gdp_argentina: {f1: 0.8235294117647058, covering: 0.737087043952887},
  gdp_iran: {f1: 0.651685393258427, covering: 0.582639714625446},
  nile: {f1: 1, covering: 0.8568},
  quality_control_5: {f1: 1, covering: 1},
  unemployment_nl: {f1: 0.6203208556149732, covering: 0.470449776849074},
  usd_isk: {f1: 0.6613466334164588, covering: 0.6160593821788403},
};

const known = await lookup("tcpd", laboratory().lookup).catch((error: Error) => error);
const without = known instanceof Error ? known.message : false;

test("E-divisive scores on tcpd what was published for ecp", {skip: without}, () => {
  const all = known instanceof Error ? [] : annotatedSeries(known);
  assert.equal(all.length, 16);
  for (const [name, published] of Object.entries(PUBLISHED)) {
    const series = all.find((one) => one.name === name);
    assert.ok(series !== undefined);
    const points = eDivisive(series.columns, stream(1, name)).map(({at}) => at);
    const scored = {
      f1: f1(series.annotations, points),
      covering: covering(series.annotations, points, series.columns[0]?.length ?? 0),
    };
    for (const score of ["f1", "covering"] as const)
      assert.ok(Math.abs(scored[score] - published[score]) < 1e-9, `${name}: ${score} ${scored[score]}`);
  }
});

test("the readers give the counts their home gives", {skip: without}, () => {
  const all = known instanceof Error ? [] : annotatedSeries(known);
  const nile = all.find(({name}) => name === "nile");
  assert.deepEqual([nile?.columns[0]?.length, nile?.columns[0]?.[0]], [100, 1120]);
  assert.ok(all.every(({annotations}) => annotations.length === 5));
});
