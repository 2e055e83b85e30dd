// engram's graph: traversal.
import type {GraphTraversal, Opening} from "../system.ts";
import {linkAll, nameOf, openStore, ordinalOf, readiness, type Store, storeAll} from "./store.ts";

/** A space has vectors of some dimension, though none is stored here. */
const DIMENSION = 2;

export function graphTraversal({directory}: Opening): GraphTraversal {
  let store: Store;
  let names: string[] = [];
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
      names = Array.from({length: edges.nodes}, (_, node) => nameOf(node));
      await storeAll(store.space, edges.nodes, {});
      await linkAll(store.space, edges);
      await store.space.sync();
    },
    ready: async () => readiness(store.space, "edges"),
    reach: (seed, hops) => store.space.reachSync({id: name(seed), hops}).length,
    reached: (seed, hops) =>
      Uint32Array.from(store.space.ids(store.space.reachSync({id: name(seed), hops})), ordinalOf),
    nullRequest() {
      store.lone.reachSync({id: nameOf(0), hops: 1});
    },
    processes: () => [],
    stop: () => store.engine.close(),
  };
}
