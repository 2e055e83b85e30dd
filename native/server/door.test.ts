// A request that has come but was not yet read, since the server had no time to, is answered before its connection goes.
import assert from "node:assert/strict";
import {once} from "node:events";
import {createServer} from "node:http";
import {type AddressInfo, connect, type Socket} from "node:net";
import {test} from "node:test";
import {setTimeout as pause, setImmediate as turn} from "node:timers/promises";
import {Door} from "./door.ts";

const CONNECTIONS = 20;
const LAME_DUCK_MS = 40;
const ASKED = "GET /v1/spaces HTTP/1.1\r\nhost: localhost\r\n\r\n";

/** What it was told until its end; the reason where it was cut off. */
async function told(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  await Promise.race([once(socket, "close"), once(socket, "error").then(([error]) => Promise.reject(error))]);
  return text;
}

test("a drain that finds no time to read closes no connection on which a request waits", async () => {
  const door = new Door((_request, response) => response.end("answered"));
  const server = createServer({keepAliveTimeout: 60_000}, door.accept);
  door.open();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const {port} = server.address() as AddressInfo;
  const sockets = await Promise.all(
    Array.from({length: CONNECTIONS}, async () => {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      socket.write(ASKED);
      await once(socket, "data");
      return socket;
    }),
  );
  const drained = door.drain(server, LAME_DUCK_MS);
  await pause(LAME_DUCK_MS / 2);
  // After a turn's reading comes the next one's timers: a wait that is over then is over before anything is read.
  await turn();
  const answers = sockets.map(told);
  for (const socket of sockets) socket.write(ASKED);
  // Busy until the lame duck is over, as on a machine that has other work: what was written lies unread.
  for (const until = performance.now() + 2 * LAME_DUCK_MS; performance.now() < until; );
  for (const text of await Promise.all(answers)) assert.match(text, /answered/);
  await drained;
});
