// Asks one request over and over on keep-alive connections, one at a time on each: raw sockets, so that the asking
// costs little. Tells how many were answered with 200 within the time. A process of its own: the parent sends a task and
// gets the counts, until it disconnects.
import {connect} from "node:net";

export interface LoadTask {
  port: number;
  path: string;
  headers: string[];
  /** Base64. */
  bodies: string[];
  connections: number;
  seconds: number;
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");
const LENGTH = /content-length: (\d+)/i;

function load({
  port,
  path,
  headers,
  bodies,
  connections,
  seconds,
}: LoadTask): Promise<{ok: number; failed: number}> {
  const requests = bodies.map((text) => {
    const body = Buffer.from(text, "base64");
    return Buffer.concat([
      Buffer.from(
        [
          `POST ${path} HTTP/1.1`,
          "Host: localhost",
          ...headers,
          `Content-Length: ${body.length}`,
          "",
          "",
        ].join("\r\n"),
      ),
      body,
    ]);
  });
  const until = performance.now() + seconds * 1_000;
  let next = 0;
  const counts = {ok: 0, failed: 0};
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({port, host: "127.0.0.1", noDelay: true});
      let received: Buffer = Buffer.alloc(0);
      const ask = () => socket.write(requests[next++ % requests.length] as Buffer);
      socket.on("connect", ask).on("error", reject);
      socket.on("data", (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const head = received.indexOf(END_OF_HEAD);
        if (head === -1) return;
        const length = Number(LENGTH.exec(received.toString("latin1", 0, head))?.[1]);
        if (received.length < head + END_OF_HEAD.length + length) return;
        counts[received.toString("latin1", 9, 12) === "200" ? "ok" : "failed"]++;
        received = Buffer.alloc(0);
        if (performance.now() < until) ask();
        else {
          socket.destroy();
          resolve();
        }
      });
    });
  return Promise.all(Array.from({length: connections}, one)).then(() => counts);
}

process.on("message", async (task) => {
  process.send?.(await load(task as LoadTask));
});
