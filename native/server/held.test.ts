// What waits while the engine opens is more than may run and wait for one space at once: none of it is turned away.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {Agent, request} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {Engine} from "../engine.ts";
import {ADMISSION, HELD_MAX_REQUESTS} from "./limits.ts";
import {Server} from "./server.ts";

const DIMENSION = 8;
const HELD = 900;
const POLL_MS = 10;
/** Long enough that the port answers while the engine is not yet open. */
const PORT_MS_MAX = 10_000;

async function freePort(): Promise<number> {
  const {createServer} = await import("node:net");
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}

test(`${HELD} requests that waited for the engine are all answered`, {timeout: 60_000}, async () => {
  assert.ok(HELD < HELD_MAX_REQUESTS);
  assert.ok(HELD > ADMISSION.search.running + ADMISSION.search.waitingPerSpace);
  const data = mkdtempSync(join(tmpdir(), "engram-held-"));
  const engine = await Engine.open(data);
  const space = await engine.space("notes", {dimension: DIMENSION});
  const count = 500;
  await space.storeBatch({
    ids: Array.from({length: count}, (_, index) => `n${index}`),
    embeddings: Float32Array.from({length: count * DIMENSION}, (_, index) => Math.sin(index)),
  });
  await engine.close();

  const port = await freePort();
  let free = () => {};
  const takeOver = new Promise<void>((resolve) => {
    free = resolve;
  });
  const starting = Server.start({data, port, takeOver});
  const health = () =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      () => true,
      () => false,
    );
  for (const until = Date.now() + PORT_MS_MAX; !(await health()) && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));

  const agent = new Agent({keepAlive: true, maxSockets: HELD});
  const vector = Array.from({length: DIMENSION}, (_, index) => index + 1);
  const body = JSON.stringify({cue: {kind: "vector", vector}, mode: "blended"});
  let sent = 0;
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      const asked = request(
        {
          ...{host: "127.0.0.1", port, agent, method: "POST", path: "/v2/spaces/notes/recall"},
          headers: {"content-type": "application/json", "content-length": body.length},
        },
        (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)),
      );
      asked.on("error", reject).on("finish", () => sent++);
      asked.end(body);
    });
  const asked = Promise.all(Array.from({length: HELD}, ask));
  while (sent < HELD) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  await new Promise((resolve) => setTimeout(resolve, 20 * POLL_MS));
  free();
  const server = await starting;
  const counts: Record<number, number> = {};
  for (const status of await asked) counts[status] = (counts[status] ?? 0) + 1;
  agent.destroy();
  await server.close();
  rmSync(data, {recursive: true});
  assert.deepEqual(counts, {200: HELD});
});
