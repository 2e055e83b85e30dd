// engram served: its own server in a process of its own, asked over HTTP on loopback by bodies of bytes where it has
// them. Filled in process before it is served, as the other served graph is.
import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {Agent, request} from "node:http";
import {createServer} from "node:net";
import {fileURLToPath} from "node:url";
import {guarded} from "../side/guard.ts";
import type {DurableWrites, GraphTraversal, Opening, VectorSearch} from "../system.ts";
import {DIMENSION} from "./graph.ts";
import {linkAll, nameOf, openStore, ordinalOf, readiness, SPACE, type Store, storeAll} from "./store.ts";
import {EFFORTS} from "./vectors.ts";

const MAIN = fileURLToPath(new URL("../../../native/server/main.ts", import.meta.url));
const LOOPBACK = "127.0.0.1";
const START_MS_MAX = 60_000;
const START_RETRY_MS = 25;
const JSON_TYPE = "application/json";
const VECTOR_TYPE = "application/vnd.engram.vector";
const EPISODES_TYPE = "application/vnd.engram.episodes";
const HITS_TYPE = "application/vnd.engram.hits";
const U16_BYTES = 2;
const WORD_BYTES = 4;

interface Asked {
  method: "GET" | "POST";
  path: string;
  body?: Buffer;
  type?: string;
  accept?: string;
}

interface Client {
  ask(asked: Asked): Promise<Buffer>;
  close(): void;
}

/** One connection that is kept: a question is sent when the one before was answered. */
function connect(port: number): Client {
  const agent = new Agent({keepAlive: true, maxSockets: 1, noDelay: true});
  return {
    ask: ({method, path, body, type = JSON_TYPE, accept = JSON_TYPE}) =>
      new Promise((resolve, reject) => {
        const headers = {
          accept,
          ...(body === undefined ? {} : {"content-type": type, "content-length": body.length}),
        };
        const sent = request({host: LOOPBACK, port, agent, method, path, headers}, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
            if (response.statusCode !== undefined && response.statusCode < 300) resolve(bytes);
            else reject(new Error(`engram's server answered ${response.statusCode} to ${path}: ${bytes}`));
          });
        });
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const bytesOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, "listening");
  const {port} = server.address() as {port: number};
  server.close();
  return port;
}

/** The server over what the directory holds, filled by `fill` first. */
function serving({directory, dimension}: Opening, held: "vectors" | "edges") {
  let child: ChildProcess | undefined;
  let client: Client | undefined;
  let filled = false;

  const ask = (asked: Asked) => {
    if (client === undefined) throw new Error("engram's server is not started");
    return client.ask(asked);
  };
  const fill = async (work: (store: Store) => Promise<void>) => {
    const store = await openStore(directory, dimension || DIMENSION);
    await work(store);
    filled = store.space.stats()[held] > 0;
    await store.engine.close();
  };
  const serve = async () => {
    const port = await freePort();
    const [program, programArguments] = guarded(
      process.execPath,
      ["--import", "tsx", MAIN, "--data", directory, "--port", String(port), "--log-level", "error"],
      {signal: "TERM"},
    );
    child = spawn(program, programArguments, {stdio: ["ignore", "ignore", "inherit"]});
    client = connect(port);
    const until = Date.now() + START_MS_MAX;
    while (!(await ask({method: "GET", path: "/ready"}).then(Boolean, () => false))) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`engram's server did not get ready on port ${port}`);
      await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS));
    }
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
      processes: () => (child?.pid === undefined ? [] : [child.pid]),
      async nullRequest() {
        await ask({method: "GET", path: "/health"});
      },
      async stop() {
        client?.close();
        if (child === undefined || child.exitCode !== null) return;
        const gone = once(child, "exit");
        child.kill("SIGTERM");
        await gone;
      },
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
  const reached = async (seed: number, hops: number): Promise<string[]> => {
    const body = json({id: nameOf(seed), hops});
    return JSON.parse(String(await ask({method: "POST", path: at("reach"), body}))).ids;
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
    reach: async (seed, hops) => (await reached(seed, hops)).length,
    reached: async (seed, hops) => Uint32Array.from(await reached(seed, hops), ordinalOf),
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
