// Rolling restarts behind one port, under load: no request fails, nothing acknowledged is lost.
// ENGRAM_RESTARTS=20 for the long form.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {Agent, request} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {startChild} from "./child.ts";
import {asking} from "./fixture.ts";

const RESTARTS = Number(process.env.ENGRAM_RESTARTS ?? 2);
const CLIENTS = 6;
const BETWEEN_MS = 500;
const PATIENCE_MS = 60_000;

test(`${RESTARTS} restarts behind one port fail no request and lose no write`, {
  timeout: RESTARTS * PATIENCE_MS + 60_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "engram-restart-"));
  const server = await startChild(["--data", directory, "--supervise"]);
  const ask = asking(server.base);
  await ask("PUT", "/v1/spaces/ledger", {dimension: 2});

  const agent = new Agent({keepAlive: true, maxSockets: CLIENTS});
  const store = (id: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{
            port: server.port,
            agent,
            host: "127.0.0.1",
            method: "POST",
            path: "/v1/spaces/ledger/episodes",
          },
          headers: {"content-type": "application/json"},
        },
        (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)),
      );
      asked.on("error", reject);
      asked.end(JSON.stringify({id, at: 1}));
    });

  let over = false;
  const failures: string[] = [];
  const times: number[] = [];
  let acknowledged = 0;
  const client = async (lane: number) => {
    for (let i = 0; !over; i++) {
      const began = performance.now();
      const outcome = await store(`c${lane}-${i}`).catch((error: Error) => error.message);
      times.push(performance.now() - began);
      if (outcome === 200) acknowledged++;
      else failures.push(String(outcome));
    }
  };
  const clients = Promise.all(Array.from({length: CLIENTS}, (_, lane) => client(lane)));
  const pid = async () => (await ask("GET", "/health")).body.pid as number;
  for (let restart = 0; restart < RESTARTS; restart++) {
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    const before = await pid();
    server.process.kill("SIGHUP");
    for (const until = Date.now() + PATIENCE_MS; ; ) {
      const {body} = await ask("GET", "/health");
      if (body.pid !== before && body.phase === "serving") break;
      assert.ok(Date.now() < until, "the next server takes over");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  over = true;
  await clients;
  const {body} = await ask("GET", "/v1/spaces/ledger");
  assert.equal(await server.stop(), 0);
  rmSync(directory, {recursive: true});
  times.sort((a, b) => a - b);
  t.diagnostic(
    `${times.length} requests over ${RESTARTS} restarts: P50 ${times[times.length >> 1]?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(0)} ms`,
  );
  assert.deepEqual(failures, []);
  assert.equal(body.episodes, acknowledged);
});
