// Between the port and the handlers: holds requests while the engine opens, lets connections go gently when the
// server drains, so that a restart behind one port fails nobody.
import type {Server as HttpServer, IncomingMessage, RequestListener, ServerResponse} from "node:http";
import {Server as NetServer} from "node:net";
import {setTimeout as pause, setImmediate as turn} from "node:timers/promises";
import {RefusedError, refusal} from "./error.ts";
import {DRAIN_TIMEOUT_MS, HELD_AT_ONCE_REQUESTS, HELD_MAX_REQUESTS, HELD_TURN_MS} from "./limits.ts";

/** What is asked while the engine opens, and must be answered then. */
const ALWAYS = /^\/(health|ready)$/;
const DRAIN_POLL_MS = 5;

export class Door {
  /** Requests that came before the engine was open, or behind such; nothing once all are let in. */
  #held: [IncomingMessage, ServerResponse][] | undefined = [];
  #draining = false;
  #active = 0;
  /** Requests that have come so far. */
  #came = 0;

  constructor(private readonly handler: RequestListener) {}

  readonly #left = () => {
    this.#active--;
  };

  readonly accept: RequestListener = (request, response) => {
    // The client opens its next connection to whoever listens then.
    if (this.#draining) response.shouldKeepAlive = false;
    this.#active++;
    this.#came++;
    response.once("close", this.#left);
    if (this.#held === undefined || ALWAYS.test(request.url ?? "")) this.handler(request, response);
    else if (this.#held.length < HELD_MAX_REQUESTS) this.#held.push([request, response]);
    else refuse(response);
  };

  /** The engine is open: those who waited are let in in their order, as places get free, and who comes meanwhile
   *  behind them. All at once would be more than may wait for one space (admission.ts), and the rest would be
   *  turned away. */
  open(): void {
    for (let place = 0; place < HELD_AT_ONCE_REQUESTS; place++) this.#admit();
  }

  #admit(): void {
    const one = this.#held?.shift();
    if (one === undefined) {
      this.#held = undefined;
      return;
    }
    const [request, response] = one;
    let passed = false;
    const pass = () => {
      if (passed) return;
      passed = true;
      clearTimeout(timer);
      this.#admit();
    };
    // A stream may never end, and one whose client is gone has ended: neither keeps the others waiting for long.
    const timer = setTimeout(pass, response.destroyed ? 0 : HELD_TURN_MS);
    response.once("close", pass);
    this.handler(request, response);
  }

  /** Accepts no more connections, answers what comes on those that are there and closes each with its answer; those
   *  that are left are closed when none has brought a request for `lameDuckMs`, all after DRAIN_TIMEOUT_MS. `others`:
   *  settled when those are closed that the server does not count as its own. */
  async drain(server: HttpServer, lameDuckMs: number, others?: Promise<void>): Promise<void> {
    this.#draining = true;
    const began = performance.now();
    const closed = new Promise((resolve) => {
      // Not http's own close(): it cuts idle connections at once, on which a request may be on its way.
      NetServer.prototype.close.call(server, resolve);
    });
    await Promise.race([Promise.all([closed, others]), this.#quiet(lameDuckMs, began + DRAIN_TIMEOUT_MS)]);
    server.closeIdleConnections();
    while (this.#active > 0 && performance.now() - began < DRAIN_TIMEOUT_MS) {
      await pause(DRAIN_POLL_MS);
      server.closeIdleConnections();
    }
    server.closeAllConnections();
  }

  /** Resolves when no request has come for so long. Time alone does not tell: where the process got none, what came
   *  lies unread, and closing its connection would fail it. After a turn of the event loop all is read. */
  async #quiet(ms: number, until: number): Promise<void> {
    for (let before = -1; before !== this.#came && performance.now() < until; ) {
      before = this.#came;
      await pause(ms);
      await turn();
    }
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
