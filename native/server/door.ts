// Between the port and the handlers: holds requests while the engine opens, lets connections go gently when the
// server drains, so that a restart behind one port fails nobody.
import type {Server as HttpServer, IncomingMessage, RequestListener, ServerResponse} from "node:http";
import {Server as NetServer} from "node:net";
import {setTimeout as pause} from "node:timers/promises";
import {RefusedError, refusal} from "./error.ts";
import {DRAIN_TIMEOUT_MS, HELD_MAX_REQUESTS} from "./limits.ts";

/** What is asked while the engine opens, and must be answered then. */
const ALWAYS = /^\/(health|ready)$/;
const DRAIN_POLL_MS = 5;

export class Door {
  /** Requests that came before the engine was open; nothing once it is. */
  #held: [IncomingMessage, ServerResponse][] | undefined = [];
  #draining = false;
  #active = 0;

  constructor(private readonly handler: RequestListener) {}

  readonly #left = () => {
    this.#active--;
  };

  readonly accept: RequestListener = (request, response) => {
    // The client opens its next connection to whoever listens then.
    if (this.#draining) response.shouldKeepAlive = false;
    this.#active++;
    response.once("close", this.#left);
    if (this.#held === undefined || ALWAYS.test(request.url ?? "")) this.handler(request, response);
    else if (this.#held.length < HELD_MAX_REQUESTS) this.#held.push([request, response]);
    else refuse(response);
  };

  /** The engine is open: those who waited first. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const [request, response] of held) this.handler(request, response);
  }

  /** Accepts no more connections, answers what comes on those that are there and closes each with its answer; idle
   *  ones are closed after `lameDuckMs`, all after DRAIN_TIMEOUT_MS. */
  async drain(server: HttpServer, lameDuckMs: number): Promise<void> {
    this.#draining = true;
    const began = performance.now();
    const closed = new Promise((resolve) => {
      // Not http's own close(): it cuts idle connections at once, on which a request may be on its way.
      NetServer.prototype.close.call(server, resolve);
    });
    await Promise.race([closed, pause(lameDuckMs)]);
    server.closeIdleConnections();
    while (this.#active > 0 && performance.now() - began < DRAIN_TIMEOUT_MS) {
      await pause(DRAIN_POLL_MS);
      server.closeIdleConnections();
    }
    server.closeAllConnections();
  }
}

function refuse(response: ServerResponse): void {
  const {status, body, retryAfterS} = refusal(
    new RefusedError(
      503,
      "busy",
      "the engine opens and too many wait for it",
      "try again after Retry-After",
      1,
    ),
  );
  response.shouldKeepAlive = false;
  response.writeHead(status, {"content-type": "application/json", "retry-after": String(retryAfterS)});
  response.end(JSON.stringify(body));
}
