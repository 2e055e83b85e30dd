// What engram's faces share: a space of the opened directory, filled in batches, and a second one with a single
// episode for the null request.
import {Engine, type Space} from "../../../native/engine.ts";
import type {EdgeList, Readiness} from "../system.ts";

const EPISODES_AT_ONCE = 2_000;
const LINKS_AT_ONCE = 10_000;
export const RELATION = "links to";
export const SPACE = "measured";

export interface Store {
  engine: Engine;
  space: Space;
  /** Holds one episode. */
  lone: Space;
}

export const nameOf = (ordinal: number) => `v${ordinal}`;
export const ordinalOf = (id: string) => Number(id.slice(1));

export async function openStore(directory: string, dimension: number): Promise<Store> {
  const engine = await Engine.open(directory);
  const space = await engine.space(SPACE, {dimension});
  const lone = await engine.space("null", {dimension});
  if (lone.stats().episodes === 0)
    await lone.store({id: nameOf(0), embedding: new Float32Array(dimension).fill(1)});
  return {engine, space, lone};
}

/** Stores `count` episodes v0…: with the vectors where given, with the attribute `group` where given. */
export async function storeAll(
  space: Space,
  count: number,
  {vectors, groups}: {vectors?: Float32Array; groups?: Uint8Array},
): Promise<void> {
  for (let first = 0; first < count; first += EPISODES_AT_ONCE) {
    const end = Math.min(count, first + EPISODES_AT_ONCE);
    await space.storeBatch(
      {
        ids: Array.from({length: end - first}, (_, at) => nameOf(first + at)),
        ...(vectors && {embeddings: vectors.subarray(first * space.dimension, end * space.dimension)}),
        ...(groups && {attributes: Array.from(groups.subarray(first, end), (group) => ({group}))}),
      },
      {durability: "async"},
    );
  }
}

export async function linkAll(space: Space, {from, to, weights}: EdgeList): Promise<void> {
  for (let first = 0; first < from.length; first += LINKS_AT_ONCE) {
    const end = first + LINKS_AT_ONCE;
    await space.linkBatch(
      {
        from: Array.from(from.subarray(first, end), nameOf),
        to: Array.from(to.subarray(first, end), nameOf),
        relation: RELATION,
        ...(weights && {weights: weights.subarray(first, end)}),
      },
      {durability: "async"},
    );
  }
}

/** Its indexes are built as it stores: nothing is left to be awaited. */
export function readiness(space: Pick<Space, "stats">, held: "vectors" | "edges"): Readiness {
  const stats = space.stats();
  return {
    held: stats[held],
    indexed: stats[held],
    segments: null,
    index_bytes: stats.vectorBytes + stats.indexBytes,
  };
}
