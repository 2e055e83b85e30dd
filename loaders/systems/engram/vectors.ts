// engram's vector search.
import {askedTogether, CLIENTS_PER_THREAD} from "../clients.ts";
import type {Opening, VectorSearch} from "../system.ts";
import {openStore, readiness, type Store, storeAll} from "./store.ts";

export const EFFORTS = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256];

export function vectorSearch({directory, dimension, threads}: Opening): VectorSearch {
  let store: Store;
  let scores = new Float32Array(0);

  const scoresFor = (out: Uint32Array) => {
    if (scores.length < out.length) scores = new Float32Array(out.length);
    return scores;
  };

  return {
    efforts: EFFORTS,
    async start() {
      store = await openStore(directory, dimension);
      return store.space.stats().vectors > 0;
    },
    async load(vectors) {
      await storeAll(store.space, vectors.length / dimension, {vectors});
      await store.space.sync();
    },
    ready: async () => readiness(store.space, "vectors"),
    cue: (query) => query,
    search(cue, k, effort, out) {
      store.space.recallSync({vector: cue as Float32Array, k, ef: effort}, out, scoresFor(out));
    },
    nullRequest(cue, out) {
      store.lone.recallSync({vector: cue as Float32Array, k: 1}, out, scoresFor(out));
    },
    searchBatch: (queries, k, effort) =>
      askedTogether(
        queries,
        {dimension, k, clients: threads * CLIENTS_PER_THREAD},
        async (vector) => (await store.space.recall({vector, k, ef: effort})).ordinals,
      ),
    processes: () => [],
    stop: () => store.engine.close(),
  };
}
