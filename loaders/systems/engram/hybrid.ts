// engram's vectors and graph in one space: the nearest, then two hops from them, filtered by an attribute.
import type {HybridSearch, Opening} from "../system.ts";
import {linkAll, nameOf, openStore, ordinalOf, readiness, type Store, storeAll} from "./store.ts";
import {EFFORTS} from "./vectors.ts";

const HOPS = 2;

export function hybridSearch({directory, dimension}: Opening): HybridSearch {
  let store: Store;

  return {
    efforts: EFFORTS,
    async start() {
      store = await openStore(directory, dimension);
      return store.space.stats().edges > 0;
    },
    async load(vectors, edges, groups) {
      await storeAll(store.space, edges.nodes, {vectors, groups});
      await linkAll(store.space, edges);
      await store.space.sync();
    },
    ready: async () => readiness(store.space, "vectors"),
    cue: (query) => query,
    ask(cue, k, effort, group) {
      const {space} = store;
      const nearest = new Uint32Array(k);
      const count = space.recallSync(
        {vector: cue as Float32Array, k, ef: effort},
        nearest,
        new Float32Array(k),
      );
      const ids = space.ids(nearest.subarray(0, count));
      const near = new Set<number>();
      for (const id of ids) for (const ordinal of space.reachSync({id, hops: HOPS})) near.add(ordinal);
      for (const hit of nearest.subarray(0, count)) near.delete(hit);
      const found = space
        .ids(Uint32Array.from(near))
        .filter((id) => space.get(id)?.attributes.group === group);
      return {hits: Uint32Array.from(ids, ordinalOf), found: Uint32Array.from(found, ordinalOf)};
    },
    nullRequest() {
      store.lone.reachSync({id: nameOf(0), hops: 1});
    },
    processes: () => [],
    stop: () => store.engine.close(),
  };
}
