// Neo4j's graph: in process by its core API, its traversal framework and Cypher, timed inside of the JVM; or
// over Bolt by Cypher.
import {type GraphTraversal, type Opening, type Pass, SPREAD_DECAY} from "../system.ts";
import {CYPHER_WORDINGS, countWithin, NOTHING_ASKED, nodesWithin, SPREAD} from "./questions.ts";
import {readinessOf, type Server, startServer} from "./server.ts";

const ONE_STEP = Math.exp(-SPREAD_DECAY);
const TWO_STEPS = Math.exp(-3 * SPREAD_DECAY);
const API = "api";
const FRAMEWORK = "traversal framework";
const NONE = {vectors: new Float32Array(0), groups: new Uint8Array(0)};

export const passOf = (values: unknown[]): Pass<Uint32Array> => {
  const [start_ns, end_ns, answers] = values as [Float64Array, Float64Array, Uint32Array];
  return {start_ns, end_ns, answers};
};

export function graphTraversal(opening: Opening): GraphTraversal {
  let server: Server;
  const common = {
    async start() {
      server = await startServer(opening);
      return server.nodes > 0;
    },
    async load({nodes, from, to, weights}) {
      await server.side.ask(
        "load",
        nodes,
        from,
        to,
        weights ?? new Float32Array(0),
        NONE.vectors,
        NONE.groups,
      );
    },
    ready: () => readinessOf(server, "edges"),
    processes: () => [server.side.pid],
    stop: () => server.stop(),
  } satisfies Partial<GraphTraversal>;
  return opening.configuration.form === "served"
    ? {...common, ...overBolt(() => server)}
    : {...common, ...inProcess(() => server)};
}

type Asking = Pick<
  GraphTraversal,
  "wordings" | "reach" | "reached" | "spread" | "nullRequest" | "reachPass" | "spreadPass"
>;

function inProcess(server: () => Server): Asking {
  const ask = (method: string, ...values: Parameters<Server["side"]["ask"]>[1][]) =>
    server().side.ask(method, ...values);
  const reachPass = async (seeds: Uint32Array, hops: number, wording: string) =>
    passOf(await ask("reachPass", seeds, hops, wording, countWithin(wording, hops)));
  const spreadPass = async (seeds: Uint32Array, limit: number, wording: string) =>
    passOf(await ask("spreadPass", seeds, limit, wording, SPREAD[wording] ?? "", ONE_STEP, TWO_STEPS));
  return {
    wordings: [API, FRAMEWORK, ...CYPHER_WORDINGS],
    reachPass,
    // The framework has no weights: its spreading is the core API's.
    spreadPass: (seeds, limit, wording) => spreadPass(seeds, limit, wording === FRAMEWORK ? API : wording),
    reach: async (seed, hops, wording) =>
      (await reachPass(Uint32Array.of(seed), hops, wording)).answers[0] as number,
    async reached(seed, hops, wording) {
      const [nodes] = await ask("reached", seed, hops, wording, nodesWithin(wording, hops));
      return nodes as Uint32Array;
    },
    spread: async (seed, limit, wording) =>
      (await spreadPass(Uint32Array.of(seed), limit, wording === FRAMEWORK ? API : wording)).answers,
    async nullRequest() {
      await ask("nullPass", 1, API);
    },
  };
}

function overBolt(server: () => Server): Asking {
  const numbers = async (query: string, parameters: Record<string, number>) => {
    const {driver, int} = server().bolt as NonNullable<Server["bolt"]>;
    const whole = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, Number.isInteger(value) ? int(value) : value]),
    );
    const session = driver.session();
    try {
      const {records} = await session.run(query, whole);
      return records.map((record) => record.get("answer") as number);
    } finally {
      await session.close();
    }
  };
  return {
    wordings: CYPHER_WORDINGS,
    reach: async (seed, hops, wording) => (await numbers(countWithin(wording, hops), {seed}))[0] as number,
    reached: async (seed, hops, wording) =>
      Uint32Array.from(await numbers(nodesWithin(wording, hops), {seed})),
    spread: async (seed, limit, wording) =>
      Uint32Array.from(await numbers(SPREAD[wording] ?? "", {seed, limit, one: ONE_STEP, two: TWO_STEPS})),
    async nullRequest() {
      await numbers(NOTHING_ASKED, {});
    },
  };
}
