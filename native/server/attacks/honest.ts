// An honest client beside an attack, in a process of its own: one recall after the other, each on the clock. Told to
// stop, it says how long they took.
import {Agent, request} from "node:http";

export interface Honest {
  port: number;
  key: string;
  space: string;
  vector: number[];
}

export interface HonestReport {
  answered: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
}

const PAUSE_MS = 2;
const agent = new Agent({keepAlive: true, maxSockets: 1});

function recall({port, key, space, vector}: Honest): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      {
        port,
        agent,
        host: "127.0.0.1",
        method: "POST",
        path: `/v1/spaces/${space}/recall`,
        headers: {authorization: `Bearer ${key}`, "content-type": "application/json"},
      },
      (response) => {
        response.resume().on("end", () => resolve(response.statusCode === 200));
      },
    );
    asked.on("error", () => resolve(false));
    asked.end(JSON.stringify({vector}));
  });
}

process.once("message", async (honest) => {
  const times: number[] = [];
  let failed = 0;
  let stopped = false;
  process.once("message", () => {
    stopped = true;
  });
  process.send?.("begun");
  while (!stopped) {
    const began = performance.now();
    if (await recall(honest as Honest)) times.push(performance.now() - began);
    else failed++;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  process.send?.({answered: times.length, failed, p50Ms: at(0.5), p99Ms: at(0.99)} satisfies HonestReport);
  process.disconnect();
});
