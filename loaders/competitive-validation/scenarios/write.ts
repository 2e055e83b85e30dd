// Durable writes: acknowledged when they are on the disk, one by one and a hundred at once; then the process is
// killed, and every acknowledged write must still be there. The ledger is the client's, never the system's own log.
import type {Rows} from "../../lab/statistics/recall.ts";
import type {Loaded, Timed} from "../../systems/subject.ts";
import type {Session} from "../session.ts";
import {closedLoop, nothing, type Scenario} from "../turns.ts";

export interface WriteData {
  dataset: string;
  rows: Rows;
  /** Writes of one row, and batches of BATCH rows, per visit. */
  singles: number;
  batches: number;
}

export const BATCH = 100;
export const BATCH_SIZES = [1, BATCH];
export const writeOperation = (batch: number) => `write batch=${batch}`;

interface Writing {
  /** First ordinal not yet written. */
  next: number;
  /** Killed once in this start already: each kill costs a start. */
  killed: boolean;
}

export function writing(data: WriteData, {null_requests}: {null_requests: number}): Scenario<Writing> {
  const {rows, singles, batches} = data;
  const {dimension} = rows;
  const available = rows.values.length / dimension;

  /** `count` rows under ordinals from `first`; the same rows again where they run out. */
  const rowsFrom = (first: number, count: number) => {
    const start = first % Math.max(1, available - count);
    return rows.values.subarray(start * dimension, (start + count) * dimension);
  };

  async function kill(session: Session): Promise<Set<number>> {
    await session.kill();
    await session.restart();
    await session.call<Loaded>("openWrites", {dimension});
    const {ordinals} = await session.call<{ordinals: Uint32Array}>("written");
    return new Set(ordinals);
  }

  return {
    name: "write",
    dataset: data.dataset,
    async load(session) {
      const {held} = await session.call<Loaded>("openWrites", {dimension});
      return {next: held, killed: false};
    },
    async visit(session, state, block) {
      const origin = await nothing(session, block, "writeNothing", {n: null_requests});
      const began = state.next;
      for (const [batch, requests] of [
        [1, singles],
        [BATCH, batches],
      ] as const) {
        const count = batch * requests;
        const times = await session.call<Timed>("write", {
          first: state.next,
          vectors: rowsFrom(state.next, count),
          dimension,
          batch,
        });
        state.next += count;
        block.requests(closedLoop(writeOperation(batch), times, origin));
      }
      if (state.killed) return;
      state.killed = true;
      const there = await kill(session);
      const acknowledged = state.next - began;
      let lost = 0;
      for (let ordinal = began; ordinal < state.next; ordinal++) if (!there.has(ordinal)) lost++;
      block.observe("lost", "count", lost, {n: acknowledged});
      if (lost > 0)
        block.exclude(`lost ${lost} of ${acknowledged} acknowledged writes when its process was killed`);
    },
  };
}
