// engram's durable writes: each batch is acknowledged when it is on the disk and searchable.
import type {DurableWrites, Opening} from "../system.ts";
import {nameOf, openStore, ordinalOf, readiness, type Store} from "./store.ts";

const PAGE = 10_000;

export function durableWrites({directory, dimension}: Opening): DurableWrites {
  let store: Store;

  return {
    async start() {
      store = await openStore(directory, dimension);
      return store.space.stats().vectors > 0;
    },
    ready: async () => readiness(store.space, "vectors"),
    async write(first, vectors) {
      const ids = Array.from({length: vectors.length / dimension}, (_, at) => nameOf(first + at));
      await store.space.storeBatch({ids, embeddings: vectors}, {durability: "fsync"});
    },
    async written() {
      const ordinals: number[] = [];
      for (let after = ""; ; ) {
        const page = store.space.scan({after, limit: PAGE});
        const last = page.at(-1);
        if (last === undefined) return Uint32Array.from(ordinals);
        ordinals.push(...page.map(({id}) => ordinalOf(id)));
        after = last.id;
      }
    },
    nullRequest() {
      store.space.stats();
    },
    processes: () => [],
    stop: () => store.engine.close(),
  };
}
