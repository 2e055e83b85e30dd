// engram's graph: traversal and spreading.
import {type GraphTraversal, NOTHING, type Opening} from "../system.ts";
import {linkAll, nameOf, openStore, ordinalOf, readiness, type Store, storeAll} from "./store.ts";

/** A space has vectors of some dimension, though none is stored here. */
export const DIMENSION = 2;
/** Activation below it is not followed: far less than any that is compared. */
const CUTOFF = 1e-9;

export function graphTraversal({directory}: Opening): GraphTraversal {
  let store: Store;
  let strongest = new Uint32Array(0);
  const names: string[] = [];
  const name = (node: number) => {
    names[node] ??= nameOf(node);
    return names[node];
  };

  return {
    wordings: ["plain"],
    async start() {
      store = await openStore(directory, DIMENSION);
      return store.space.stats().edges > 0;
    },
    async load(edges) {
      await storeAll(store.space, edges.nodes, {});
      await linkAll(store.space, edges);
      await store.space.sync();
    },
    ready: async () => readiness(store.space, "edges"),
    reach: (seed, hops) => store.space.reachSync({id: name(seed), hops}).length,
    reached: (seed, hops) =>
      Uint32Array.from(store.space.ids(store.space.reachSync({id: name(seed), hops})), ordinalOf),
    spread(seed, limit) {
      if (strongest.length !== limit + 1) strongest = new Uint32Array(limit + 1); // the seed is among them
      strongest.fill(NOTHING);
      const id = name(seed);
      const count = store.space.spreadSync(
        {id, depth: 2, cutoff: CUTOFF, fan: "none", revisit: 1},
        strongest,
      );
      const found = store.space.ids(strongest.subarray(0, count)).filter((other) => other !== id);
      return Uint32Array.from(found.slice(0, limit), ordinalOf);
    },
    nullRequest() {
      store.lone.reachSync({id: nameOf(0), hops: 1});
    },
    processes: () => [],
    stop: () => store.engine.close(),
  };
}
