// PostgreSQL's faces: vectors by pgvector's HNSW, a graph as a table of edges, both together, durable inserts.
import {
  type DurableWrites,
  type EdgeList,
  type GraphTraversal,
  type HybridSearch,
  type Opening,
  type Readiness,
  SPREAD_DECAY,
  type VectorSearch,
} from "../system.ts";
import {
  countWithin,
  HYBRID,
  INSERT_EDGES,
  INSERT_ITEMS,
  NOTHING_ASKED,
  nodesWithin,
  SCHEMA,
  SEARCH,
  SPREAD,
  vectorIndex,
  WORDINGS,
} from "./questions.ts";
import {type Client, type Server, type Settings, startServer} from "./server.ts";

/** hnsw.ef_search: 1…1,000. */
const EFFORTS = [10, 16, 24, 40, 64, 96, 128, 192, 256];
const ROWS_AT_ONCE = 2_000;
const ONE_STEP = Math.exp(-SPREAD_DECAY);
const TWO_STEPS = Math.exp(-3 * SPREAD_DECAY);

const textOf = (vector: Float32Array) => `[${vector.join(",")}]`;

/** What all faces share: a server, its schema, answers of prepared statements. */
function database(opening: Opening) {
  const {dimension, configuration} = opening;
  const {m, ef_construction} = configuration.settings as unknown as Settings;
  let server: Server | undefined;
  let width = 0;

  const up = (): Server => {
    if (server === undefined) throw new Error("PostgreSQL is not started");
    return server;
  };
  const names = new Map<string, string>();
  const ask = async (text: string, values: unknown[], client: Client = up().client) => {
    const name = names.get(text) ?? `question ${names.size}`;
    names.set(text, name);
    return (await client.query({name, text, values})).rows;
  };
  const numbers = async (text: string, values: unknown[], client?: Client) =>
    Uint32Array.from(await ask(text, values, client), ({answer}) => answer as number);
  const insert = async (first: number, vectors: Float32Array | null, count: number, groups?: Uint8Array) => {
    const rows = Array.from({length: count}, (_, at) => at);
    await ask(INSERT_ITEMS, [
      rows.map((at) => first + at),
      rows.map((at) => vectors && textOf(vectors.subarray(at * dimension, (at + 1) * dimension))),
      rows.map((at) => groups?.[at] ?? null),
    ]);
  };
  return {
    ask,
    numbers,
    insert,
    index: () => up().client.query(vectorIndex(m, ef_construction)),
    async insertAll(vectors: Float32Array, groups?: Uint8Array) {
      const count = vectors.length / dimension;
      for (let first = 0; first < count; first += ROWS_AT_ONCE) {
        const rows = Math.min(ROWS_AT_ONCE, count - first);
        const slice = vectors.subarray(first * dimension, (first + rows) * dimension);
        await insert(first, slice, rows, groups?.subarray(first, first + rows));
      }
    },
    async insertEdges({from, to, weights}: EdgeList) {
      const list = (values: ArrayLike<number>) => Array.from(values);
      for (let first = 0; first < from.length; first += ROWS_AT_ONCE) {
        const end = first + ROWS_AT_ONCE;
        const ends = list(to.subarray(first, end));
        await ask(INSERT_EDGES, [
          list(from.subarray(first, end)),
          ends,
          weights === undefined ? ends.map(() => 1) : list(weights.subarray(first, end)),
        ]);
      }
    },
    tidy: () => up().client.query("VACUUM ANALYZE"),
    async setWidth(effort: number, client: Client = up().client) {
      if (effort === width && client === up().client) return;
      await client.query(`SET hnsw.ef_search = ${effort}`);
      if (client === up().client) width = effort;
    },
    connect: () => up().connect(),
    face: {
      async start() {
        server = await startServer(opening);
        if (server.reused) return true;
        for (const statement of SCHEMA(dimension)) await server.client.query(statement);
        return false;
      },
      processes: () => (server === undefined ? [] : [server.pid]),
      async nullRequest() {
        await ask(NOTHING_ASKED, []);
      },
      async stop() {
        await server?.stop();
      },
    },
    async readiness(table: "items" | "edges", index: string): Promise<Readiness> {
      const [row] = await ask(
        `SELECT (SELECT count(*) FROM ${table})::int AS held, pg_relation_size('${index}')::float8 AS bytes,
          (SELECT indisvalid FROM pg_index WHERE indexrelid = '${index}'::regclass) AS valid`,
        [],
      );
      const held = row?.held as number;
      return {
        held,
        indexed: row?.valid === true ? held : 0,
        segments: null,
        index_bytes: row?.bytes as number,
      };
    },
  };
}

export function vectorSearch(opening: Opening): VectorSearch {
  const {dimension, threads} = opening;
  const base = database(opening);
  return {
    ...base.face,
    efforts: EFFORTS,
    async load(vectors) {
      await base.insertAll(vectors);
      await base.index();
      await base.tidy();
    },
    ready: () => base.readiness("items", "items_embedding"),
    cue: textOf,
    async search(cue, k, effort, out) {
      await base.setWidth(effort);
      out.set(await base.numbers(SEARCH, [cue, k]));
    },
    async searchBatch(queries, k, effort) {
      const n = queries.length / dimension;
      const ordinals = new Uint32Array(n * k);
      let next = 0;
      const client = async () => {
        const connection = await base.connect();
        await base.setWidth(effort, connection);
        for (let at = next++; at < n; at = next++) {
          const query = textOf(queries.subarray(at * dimension, (at + 1) * dimension));
          ordinals.set(await base.numbers(SEARCH, [query, k], connection), at * k);
        }
        await connection.end();
      };
      await Promise.all(Array.from({length: threads}, client));
      return ordinals;
    },
  };
}

export function graphTraversal(opening: Opening): GraphTraversal {
  const base = database(opening);
  return {
    ...base.face,
    wordings: WORDINGS,
    async load(edges) {
      await base.insertEdges(edges);
      await base.tidy();
    },
    ready: () => base.readiness("edges", "edges_pkey"),
    reach: async (seed, hops, wording) =>
      (await base.numbers(countWithin(wording, hops), [seed]))[0] as number,
    reached: (seed, hops, wording) => base.numbers(nodesWithin(wording, hops), [seed]),
    spread: (seed, limit) => base.numbers(SPREAD, [seed, limit, ONE_STEP, TWO_STEPS]),
  };
}

export function hybridSearch(opening: Opening): HybridSearch {
  const base = database(opening);
  return {
    ...base.face,
    efforts: EFFORTS,
    async load(vectors, edges, groups) {
      await base.insertAll(vectors, groups);
      await base.insertEdges(edges);
      await base.index();
      await base.tidy();
    },
    ready: () => base.readiness("items", "items_embedding"),
    cue: textOf,
    async ask(cue, k, effort, group) {
      await base.setWidth(effort);
      const [row] = await base.ask(HYBRID, [cue, k, group]);
      return {
        hits: Uint32Array.from(row?.hits as number[]),
        found: Uint32Array.from(row?.found as number[]),
      };
    },
  };
}

export function durableWrites(opening: Opening): DurableWrites {
  const {dimension} = opening;
  const base = database(opening);
  return {
    ...base.face,
    async start() {
      const reused = await base.face.start();
      if (!reused) await base.index(); // kept up to date by every write, as engram's is
      return reused;
    },
    ready: () => base.readiness("items", "items_embedding"),
    async write(first, vectors) {
      await base.insert(first, vectors, vectors.length / dimension);
    },
    written: () => base.numbers("SELECT id AS answer FROM items", []),
  };
}
