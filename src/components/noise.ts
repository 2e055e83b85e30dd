// The noise of the host, from the records themselves: the same system, doing the same, block after block.

import {type SpreadRow, spreadStrips} from "../charts/spread.js";
import {isEngram} from "../charts/theme.js";
import {chart} from "./chart.js";
import {count} from "./format.js";
import {live} from "./live.js";
import {allRecords} from "./records.js";
import type {Rows} from "./table.js";

/** Repeats needed before their spread says anything. */
const BLOCKS_MIN = 3;

const SQL = `SELECT experiment, subject, operation, requests.unit AS unit,
  count(*) AS n, median(latency_ns) AS median_ns
FROM requests JOIN runs USING (run)
WHERE status = 'ok'
GROUP BY ALL`;

/** Each block against the middle block of its kind. */
export async function spread(rows: Rows): Promise<SpreadRow[]> {
  const aq = await import("npm:arquero");
  return aq
    .from(rows)
    .groupby("experiment", "subject", "operation")
    .derive({middle: aq.op.median("median_ns"), blocks: aq.op.count()})
    .ungroup()
    .filter(aq.escape((row: {blocks: number}) => row.blocks >= BLOCKS_MIN))
    .derive({
      deviation: (row: {median_ns: number; middle: number}) => row.median_ns / row.middle - 1,
      name: (row: {experiment: string; operation: string; subject: string}) =>
        `${row.experiment} ${row.operation}, ${row.subject}`,
      engram: aq.escape((row: {subject: string}) => isEngram(row.subject)),
    })
    .orderby("name", "deviation")
    .select("name", "deviation", "engram")
    .objects() as SpreadRow[];
}

export function noise(): HTMLElement {
  return live({
    label: "Draw the noise of this machine",
    records: allRecords(),
    sql: SQL,
    draw: async (raw) => {
      const rows = await spread(raw);
      const furthest = Math.max(...rows.map((row) => Math.abs(row.deviation)));
      const half = rows.map((row) => Math.abs(row.deviation)).sort((a, b) => a - b)[rows.length >> 1] ?? 0;
      const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
      return chart({
        title: `Nothing changes between these ${count(rows.length)} blocks, and still their medians differ by up to ${percent(furthest)}`,
        summary: `Half of the blocks lie within ${percent(half)} of the middle one of their kind; the furthest is ${percent(furthest)} away.`,
        rows: rows.map((row) => ({"what was repeated": row.name, deviation: row.deviation})),
        spec: (width) => spreadStrips(rows, width),
        height: 120,
      });
    },
  });
}
