// engram served: its own server in a process of its own, asked over HTTP on loopback by bodies of bytes where it has
// them. Filled in process before it is served, as the other served graph is.
import type {DurableWrites, GraphTraversal, Opening, VectorSearch} from "../system.ts";
import {DIMENSION} from "./graph.ts";
import {type Asked, bytesOf, json, type ServedEngram, serveEngram} from "./server.ts";
import {linkAll, nameOf, openStore, ordinalOf, readiness, SPACE, type Store, storeAll} from "./store.ts";
import {EFFORTS} from "./vectors.ts";

const VECTOR_TYPE = "application/vnd.engram.vector";
const EPISODES_TYPE = "application/vnd.engram.episodes";
const HITS_TYPE = "application/vnd.engram.hits";
const U16_BYTES = 2;
const WORD_BYTES = 4;

/** The server over what the directory holds, filled by `fill` first. */
function serving({directory, dimension}: Opening, held: "vectors" | "edges") {
  let server: ServedEngram | undefined;
  let filled = false;

  const ask = (asked: Asked) => {
    if (server === undefined) throw new Error("engram's server is not started");
    return server.ask(asked);
  };
  const fill = async (work: (store: Store) => Promise<void>) => {
    const store = await openStore(directory, dimension || DIMENSION);
    await work(store);
    filled = store.space.stats()[held] > 0;
    await store.engine.close();
  };
  const serve = async () => {
    server = await serveEngram(directory);
  };
  return {
    ask,
    fill,
    serve,
    at: (path: string) => `/v1/spaces/${SPACE}/${path}`,
    face: {
      /** Serves at once what is there; what is to be filled first is served when that is done. */
      async start() {
        await fill(async () => {});
        if (filled) await serve();
        return filled;
      },
      async ready() {
        const stats = JSON.parse(String(await ask({method: "GET", path: `/v1/spaces/${SPACE}`})));
        return readiness({stats: () => stats}, held);
      },
      processes: () => (server?.process.pid === undefined ? [] : [server.process.pid]),
      async nullRequest() {
        await ask({method: "GET", path: "/health"});
      },
      stop: async () => server?.stop(),
    },
  };
}

/** Ordinals of an answer in bytes: u32 n, n scores, n times a length and an id (native/server/binary.ts). */
function ordinalsOf(bytes: Buffer): Uint32Array {
  const ordinals = new Uint32Array(bytes.readUInt32LE(0));
  let at = WORD_BYTES * (1 + ordinals.length);
  for (let hit = 0; hit < ordinals.length; hit++) {
    const length = bytes.readUInt16LE(at);
    at += U16_BYTES + length;
    ordinals[hit] = ordinalOf(bytes.toString("utf8", at - length, at));
  }
  return ordinals;
}

export function servedSearch(opening: Opening): VectorSearch {
  const {dimension} = opening;
  const {ask, fill, serve, at, face} = serving(opening, "vectors");
  return {
    ...face,
    efforts: EFFORTS,
    async load(vectors) {
      await fill(async ({space}) => {
        await storeAll(space, vectors.length / dimension, {vectors});
        await space.sync();
      });
      await serve();
    },
    cue: (query) => bytesOf(query as Float32Array),
    async search(cue, k, effort, out) {
      const path = at(`recall?k=${k}&ef=${effort}`);
      const body = cue as Buffer;
      out.set(ordinalsOf(await ask({method: "POST", path, body, type: VECTOR_TYPE, accept: HITS_TYPE})));
    },
  };
}

export function servedGraph(opening: Opening): GraphTraversal {
  const {ask, fill, serve, at, face} = serving(opening, "edges");
  const reach = async (seed: number, hops: number, ids: boolean): Promise<{count: number; ids: string[]}> => {
    const body = json({id: nameOf(seed), hops, ids});
    return JSON.parse(String(await ask({method: "POST", path: at("reach"), body})));
  };
  return {
    ...face,
    wordings: ["plain"],
    async load(edges) {
      await fill(async ({space}) => {
        await storeAll(space, edges.nodes, {});
        await linkAll(space, edges);
        await space.sync();
      });
      await serve();
    },
    reach: async (seed, hops) => (await reach(seed, hops, false)).count,
    reached: async (seed, hops) => Uint32Array.from((await reach(seed, hops, true)).ids, ordinalOf),
  };
}

export function servedWrites(opening: Opening): DurableWrites {
  const {dimension} = opening;
  const {ask, serve, at, face} = serving(opening, "vectors");
  return {
    ...face,
    async start() {
      const reused = await face.start();
      if (!reused) await serve();
      return reused;
    },
    async write(first, vectors) {
      const episodes = Array.from({length: vectors.length / dimension}, (_, row) => ({
        id: nameOf(first + row),
      }));
      const head = json({episodes});
      const length = Buffer.alloc(WORD_BYTES);
      length.writeUInt32LE(head.length);
      const body = Buffer.concat([length, head, bytesOf(vectors)]);
      await ask({method: "POST", path: at("episodes/batch?durability=fsync"), body, type: EPISODES_TYPE});
    },
    async written() {
      const ordinals: number[] = [];
      for (let after = ""; ; ) {
        const path = at(`episodes?limit=1000&after=${encodeURIComponent(after)}`);
        const {episodes} = JSON.parse(String(await ask({method: "GET", path}))) as {episodes: {id: string}[]};
        const last = episodes.at(-1);
        if (last === undefined) return Uint32Array.from(ordinals);
        ordinals.push(...episodes.map(({id}) => ordinalOf(id)));
        after = last.id;
      }
    },
  };
}
