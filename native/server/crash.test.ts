// The server is killed again and again while clients write: what it acknowledged is there afterwards, and what was
// repeated is there once. The truth is the clients' own ledger. ENGRAM_KILLS=60 for the long form.
import assert from "node:assert/strict";
import {once} from "node:events";
import {mkdtempSync, rmSync} from "node:fs";
import {Agent, request} from "node:http";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {type ChildServer, startChild} from "./child.ts";
import {asking} from "./fixture.ts";

const KILLS = Number(process.env.ENGRAM_KILLS ?? 3);
const KILL_EVERY_MS = 1_000;
const CLIENTS = 8;
const RETRY_PAUSE_MS = 20;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const {port} = probe.address() as {port: number};
  probe.close();
  return port;
}

interface Answer {
  status: number;
  sequence: number;
}

const agent = new Agent({keepAlive: true, maxSockets: CLIENTS});

/** Errors: whatever cut the connection. */
function write(port: number, id: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{port, agent, host: "127.0.0.1", method: "POST", path: "/v1/spaces/ledger/episodes"},
        headers: {"content-type": "application/json", "idempotency-key": `key-${id}`},
      },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("error", reject).on("end", () => {
          const {sequence = 0} = JSON.parse(text || "{}") as {sequence?: number};
          resolve({status: response.statusCode ?? 0, sequence});
        });
      },
    );
    asked.on("error", reject);
    asked.end(JSON.stringify({id, at: 1, content: `content of ${id}`}));
  });
}

test(`a server killed every second (${KILLS} times) under writes loses and repeats nothing`, {
  timeout: (KILLS * 20 + 60) * 1_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "engram-crash-"));
  const port = await freePort();
  const start = () => startChild(["--data", directory, "--port", String(port)]);
  let server: ChildServer = await start();
  const ask = asking(`http://127.0.0.1:${port}`);
  await ask("PUT", "/v1/spaces/ledger", {dimension: 2});

  let over = false;
  /** What was acknowledged, by id, with the sequence that was told. */
  const ledger = new Map<string, number>();
  let retried = 0;
  const client = async (lane: number) => {
    for (let i = 0; !over; i++) {
      const id = `c${lane}-${i}`;
      for (;;) {
        const answer = await write(port, id).catch(() => undefined);
        if (answer?.status === 200) {
          ledger.set(id, answer.sequence);
          break;
        }
        retried++;
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
      }
    }
  };
  const clients = Promise.all(Array.from({length: CLIENTS}, (_, lane) => client(lane)));
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS));
    await server.kill();
    server = await start();
  }
  over = true;
  await clients;

  const found = new Map<string, string>();
  for (let after = ""; ; ) {
    const {body} = await ask("GET", `/v1/spaces/ledger/episodes?limit=1000&after=${after}`);
    for (const {id, content} of body.episodes) found.set(id, content);
    if (body.next === null) break;
    after = body.next;
  }
  const stats = (await ask("GET", "/v1/spaces/ledger")).body;
  await server.stop();
  rmSync(directory, {recursive: true});

  t.diagnostic(`${KILLS} kills, ${ledger.size} acknowledged writes, ${retried} retries`);
  assert.ok(retried > 0, "writes were under way when it was killed");
  const lost = [...ledger.keys()].filter((id) => found.get(id) !== `content of ${id}`);
  assert.deepEqual(lost, [], "nothing that was acknowledged is lost");
  assert.equal(found.size, ledger.size, "nothing is there that was not written");
  assert.equal(stats.sequence, ledger.size, "the log holds each write once");
});
