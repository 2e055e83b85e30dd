// Neo4j's own vector index, alone and with two hops behind it: in process or over Bolt, by Cypher in both.
import {type HybridAnswer, type HybridSearch, NOTHING, type Opening, type VectorSearch} from "../system.ts";
import {passOf} from "./graph.ts";
import {HYBRID, NOTHING_ASKED, SEARCH} from "./questions.ts";
import {type Bolt, readinessOf, type Server, startServer} from "./server.ts";

/** The index has no width of its own: more candidates are asked for than wanted. */
const EFFORTS = [10, 20, 30, 50, 100, 200];
const NO_EDGES = new Uint32Array(0);
const CYPHER = "cypher";

export async function ask(
  {driver}: Bolt,
  query: string,
  parameters: Record<string, unknown>,
): Promise<{get(name: string): unknown}[]> {
  const session = driver.session();
  try {
    return (await session.run(query, parameters)).records;
  } finally {
    await session.close();
  }
}

export function vectorSearch(opening: Opening): VectorSearch {
  const {dimension} = opening;
  let server: Server;

  const searchPass = async (queries: Float32Array, k: number, effort: number) =>
    passOf(await server.side.ask("searchPass", queries, dimension, k, effort, SEARCH));
  return {
    efforts: EFFORTS,
    async start() {
      server = await startServer(opening);
      return server.nodes > 0;
    },
    async load(vectors) {
      const none = new Float32Array(0);
      await server.side.ask(
        "load",
        vectors.length / dimension,
        NO_EDGES,
        NO_EDGES,
        none,
        vectors,
        new Uint8Array(0),
      );
    },
    ready: () => readinessOf(server, "nodes"),
    cue: (query) => (opening.configuration.form === "served" ? Array.from(query) : query),
    async search(cue, k, effort, out) {
      if (server.bolt === null) {
        const {answers} = await searchPass(cue as Float32Array, k, effort);
        out.set(answers.subarray(0, out.length));
        return;
      }
      const {int} = server.bolt;
      const records = await ask(server.bolt, SEARCH, {vector: cue, k: int(k), effort: int(effort)});
      out.set(records.map((record) => record.get("answer") as number));
    },
    async nullRequest() {
      if (server.bolt === null) await server.side.ask("nullPass", 1, CYPHER);
      else await ask(server.bolt, NOTHING_ASKED, {});
    },
    ...(opening.configuration.form === "embedded" ? {searchPass} : {}),
    processes: () => [server.side.pid],
    stop: () => server.stop(),
  };
}

export function hybridSearch(opening: Opening): HybridSearch {
  const {dimension} = opening;
  let server: Server;

  const askPass: NonNullable<HybridSearch["askPass"]> = async (queries, groups, k, effort) => {
    const [start_ns, end_ns, hits, lengths, found] = (await server.side.ask(
      "hybridPass",
      queries,
      dimension,
      groups,
      k,
      effort,
      HYBRID,
    )) as [Float64Array, Float64Array, Uint32Array, Uint32Array, Uint32Array];
    let at = 0;
    const answers = Array.from(lengths, (length, query): HybridAnswer => {
      const nearest = hits.subarray(query * k, (query + 1) * k).filter((hit) => hit !== NOTHING);
      at += length;
      return {hits: nearest, found: found.slice(at - length, at)};
    });
    return {start_ns, end_ns, answers};
  };
  return {
    efforts: EFFORTS,
    async start() {
      server = await startServer(opening);
      return server.nodes > 0;
    },
    async load(vectors, {nodes, from, to, weights}, groups) {
      await server.side.ask("load", nodes, from, to, weights ?? new Float32Array(0), vectors, groups);
    },
    ready: () => readinessOf(server, "nodes"),
    cue: (query) => (opening.configuration.form === "served" ? Array.from(query) : query),
    async ask(cue, k, effort, group) {
      if (server.bolt === null)
        return (await askPass(cue as Float32Array, Uint8Array.of(group), k, effort))
          .answers[0] as HybridAnswer;
      const {int} = server.bolt;
      const [record] = await ask(server.bolt, HYBRID, {
        vector: cue,
        k: int(k),
        effort: int(effort),
        group: int(group),
      });
      const ordinals = (name: string) => Uint32Array.from(record?.get(name) as number[]);
      return {hits: ordinals("hits"), found: ordinals("found")};
    },
    async nullRequest() {
      if (server.bolt === null) await server.side.ask("nullPass", 1, CYPHER);
      else await ask(server.bolt, NOTHING_ASKED, {});
    },
    ...(opening.configuration.form === "embedded" ? {askPass} : {}),
    processes: () => [server.side.pid],
    stop: () => server.stop(),
  };
}
