// Neo4j's durable writes: a transaction per batch; its commit returns when the transaction log was forced.
import type {DurableWrites, Opening} from "../system.ts";
import {NOTHING_ASKED, WRITE, WRITTEN} from "./questions.ts";
import {readinessOf, type Server, startServer} from "./server.ts";
import {ask} from "./vectors.ts";

export function durableWrites(opening: Opening): DurableWrites {
  const {dimension} = opening;
  let server: Server;

  const writePass = async (first: number, vectors: Float32Array, batch: number) => {
    const [start_ns, end_ns] = (await server.side.ask(
      "writePass",
      first,
      vectors,
      dimension,
      batch,
      WRITE,
    )) as [Float64Array, Float64Array];
    return {start_ns, end_ns, answers: null};
  };
  return {
    async start() {
      server = await startServer(opening);
      if (server.nodes > 0) return true;
      await server.side.ask(
        "execute",
        "CREATE CONSTRAINT n_id IF NOT EXISTS FOR (n:N) REQUIRE n.id IS UNIQUE",
      );
      await server.side.ask("vectorIndex", dimension);
      return false;
    },
    ready: () => readinessOf(server, "nodes"),
    async write(first, vectors) {
      if (server.bolt === null) {
        await writePass(first, vectors, vectors.length / dimension);
        return;
      }
      const {int} = server.bolt;
      const rows = Array.from({length: vectors.length / dimension}, (_, at) => ({
        id: int(first + at),
        vector: Array.from(vectors.subarray(at * dimension, (at + 1) * dimension)),
      }));
      await ask(server.bolt, WRITE, {rows});
    },
    async written() {
      const [ordinals] = await server.side.ask("column", WRITTEN);
      return ordinals as Uint32Array;
    },
    async nullRequest() {
      if (server.bolt === null) await server.side.ask("nullPass", 1, "cypher");
      else await ask(server.bolt, NOTHING_ASKED, {});
    },
    ...(opening.configuration.form === "embedded" ? {writePass} : {}),
    processes: () => [server.side.pid],
    stop: () => server.stop(),
  };
}
