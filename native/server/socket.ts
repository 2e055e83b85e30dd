// The streams over WebSocket: one message is one line. A socket whose messages come faster than they are handled is
// not read until they are; one whose reader is slow is written no further; one that does not answer is closed.
import type {IncomingMessage, Server} from "node:http";
import type {Duplex} from "node:stream";
import {type WebSocket, WebSocketServer} from "ws";
import {refusal} from "./error.ts";
import {parseJson} from "./json.ts";
import {
  HEARTBEAT_MS,
  LINE_MAX_BYTES,
  OUTGOING_MAX_BYTES,
  SOCKET_WAITING_MAX,
  STALLED_READER_MS,
} from "./limits.ts";

const NORMAL = 1000;
/** The server restarts; come back. */
const RESTART = 1012;
const REFUSED = 1008;
const DRAIN_POLL_MS = 5;

/** Answers one connection: what comes in, what goes out. Errors end it. */
export type Conversation = (lines: AsyncIterable<unknown[]>, signal: AbortSignal) => AsyncIterable<unknown>;

/** Finds the conversation that a request asks for. Errors: a RefusedError, told as an HTTP answer. */
export type Admit = (request: IncomingMessage) => Conversation | Promise<Conversation>;

export function addSockets(server: Server, admit: Admit, draining: AbortSignal): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LINE_MAX_BYTES,
    perMessageDeflate: false,
    autoPong: false,
    clientTracking: false,
  });
  server.on("upgrade", async (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    try {
      const conversation = await admit(request);
      sockets.handleUpgrade(request, stream, head, (socket) => converse(socket, conversation, draining));
    } catch (error) {
      refuse(stream, error);
    }
  });
}

function refuse(stream: Duplex, error: unknown): void {
  const {status, body, retryAfterS} = refusal(error);
  const text = JSON.stringify(body);
  const wait = retryAfterS === undefined ? "" : `Retry-After: ${retryAfterS}\r\n`;
  stream.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\n${wait}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

async function converse(socket: WebSocket, conversation: Conversation, draining: AbortSignal): Promise<void> {
  const gone = new AbortController();
  let alive = true;
  const heartbeat = setInterval(() => {
    if (!alive) socket.terminate();
    alive = false;
    socket.ping();
  }, HEARTBEAT_MS);
  socket.on("pong", () => {
    alive = true;
  });
  // A client that asks for more answers than it reads would fill the memory.
  socket.on("ping", (data: Buffer) =>
    socket.bufferedAmount > OUTGOING_MAX_BYTES ? socket.terminate() : socket.pong(data),
  );
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    clearInterval(heartbeat);
    gone.abort();
  });
  const restart = () => {
    socket.close(RESTART, "the server restarts");
    gone.abort();
  };
  draining.addEventListener("abort", restart, {once: true});
  try {
    for await (const answer of conversation(messages(socket, gone.signal), gone.signal)) {
      if (gone.signal.aborted) break;
      socket.send(JSON.stringify(answer));
      await drained(socket, gone.signal);
    }
    socket.close(NORMAL);
  } catch (error) {
    socket.send(JSON.stringify(refusal(error).body));
    socket.close(REFUSED);
  } finally {
    draining.removeEventListener("abort", restart);
  }
}

/** Messages in groups that arrived together. An empty message ends them, as the end of a body does. */
async function* messages(socket: WebSocket, signal: AbortSignal): AsyncGenerator<unknown[]> {
  const waiting: Buffer[] = [];
  let wake = () => {};
  socket.on("message", (data: Buffer) => {
    waiting.push(data);
    if (waiting.length >= SOCKET_WAITING_MAX) socket.pause();
    wake();
  });
  signal.addEventListener("abort", () => wake(), {once: true});
  while (!signal.aborted) {
    if (waiting.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    const group = waiting.splice(0);
    const last = group.findIndex((data) => data.length === 0);
    const lines = last === -1 ? group : group.slice(0, last);
    if (lines.length > 0) yield lines.map(parseJson);
    if (last !== -1) return;
    socket.resume();
  }
}

async function drained(socket: WebSocket, signal: AbortSignal): Promise<void> {
  const until = Date.now() + STALLED_READER_MS;
  while (socket.bufferedAmount > OUTGOING_MAX_BYTES && !signal.aborted) {
    if (Date.now() > until) socket.terminate();
    await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }
}
