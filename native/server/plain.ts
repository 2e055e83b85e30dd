// The plain road: recalls of /v1 by vector, the commonest and shortest of all requests, are answered by a thread of the
// core before Node has read them. It gets each connection as it was accepted, and gives it back to Node's HTTP server
// for good as soon as anything else is asked on it. Only where nothing is decided about a request but its name for this
// machine: without keys, without TLS, without traces.
import {closeSync} from "node:fs";
import type {Server as HttpServer} from "node:http";
import {Socket} from "node:net";
import {RecallListener, type Space} from "../engine.ts";
import {HITS_TYPE, VECTOR_TYPE} from "./binary.ts";
import * as limits from "./limits.ts";
import type {Metrics} from "./metrics.ts";
import {recallOperation} from "./operations/recall.ts";
import type {Quotas} from "./quotas.ts";
import {deprecation, JSON_ANSWER} from "./route.ts";
import type {Spaces} from "./spaces.ts";

const MS_PER_S = 1_000;
const US_PER_MS = 1_000;

/** What Node says of a connection that stays. */
const KEEP_ALIVE = ["keep-alive", `timeout=${limits.KEEP_ALIVE_TIMEOUT_MS / MS_PER_S}`];

type ConnectionListener = (this: HttpServer, socket: Socket) => void;
/** Node's own name for the descriptor; not there on Windows. */
type WithHandle = Socket & {_handle?: {fd?: number} | null};

export interface PlainContext {
  spaces: Spaces;
  quotas: Quotas;
  metrics: Metrics;
}

export class PlainRoad {
  readonly #listener: RecallListener;
  readonly #own: ConnectionListener;
  readonly #telling: NodeJS.Timeout;
  #stopped = false;
  /** Connections that were given back and are still there. */
  #back = 0;
  #whenGone = () => {};

  /** Stands before `server`: what it accepts comes here first. */
  constructor(
    private readonly server: HttpServer,
    private readonly context: PlainContext,
    headersTimeoutMs = limits.HEADERS_TIMEOUT_MS,
  ) {
    this.#listener = new RecallListener(
      {
        types: {vector: VECTOR_TYPE, hits: HITS_TYPE, json: JSON_ANSWER},
        fields: headerLines([...deprecation(recallOperation, "v1"), KEEP_ALIVE]),
        connectionsMax: limits.CONNECTIONS_MAX,
        firstRequestMs: headersTimeoutMs,
        idleMs: limits.KEEP_ALIVE_TIMEOUT_MS,
        stalledMs: limits.STALLED_READER_MS,
        longRecallUs: limits.IN_THREAD_MAX_MS * US_PER_MS,
        restRequests: limits.IN_THREAD_REST_REQUESTS,
      },
      (fd, bytes) => this.#takeBack(fd, bytes),
    );
    const [own] = server.listeners("connection");
    this.#own = own as ConnectionListener;
    server.removeListener("connection", this.#own);
    server.on("connection", (socket) => this.#accept(socket));
    const {spaces, quotas, metrics} = context;
    spaces.whenOpened((space) => this.#offer(space));
    quotas.whenSet((name) => this.#offer(spaces.get(name)));
    metrics.before(() => this.#tell());
    this.#telling = setInterval(() => this.#tell(), limits.PLAIN_TOLD_MS).unref();
  }

  /** A space whose requests are counted has each of them counted where that is done. */
  #offer(space: Space): void {
    if (this.context.quotas.get(space.id)?.requestsPerS === undefined) this.#listener.open(space);
    else this.#listener.shut(space.id);
  }

  #accept(socket: Socket): void {
    if (this.#listener.connections + this.#back >= limits.CONNECTIONS_MAX) {
      socket.destroy();
      return;
    }
    const fd = (socket as WithHandle)._handle?.fd ?? -1;
    if (!this.#stopped && fd >= 0 && this.#listener.adopt(fd)) socket.destroy();
    else this.#own.call(this.server, socket);
  }

  #takeBack(fd: number, bytes: Buffer): void {
    let socket: Socket;
    try {
      socket = new Socket({fd, allowHalfOpen: true, readable: true, writable: true});
    } catch {
      closeSync(fd); // its client has left so thoroughly that the system no longer knows what it was
      return;
    }
    this.#back++;
    socket.once("close", () => {
      if (--this.#back === 0) this.#whenGone();
    });
    if (bytes.length > 0) socket.unshift(bytes);
    this.#own.call(this.server, socket);
  }

  #tell(): void {
    for (const seconds of this.#listener.served())
      this.context.metrics.served({operation: recallOperation.id, version: "v1", status: 200, seconds});
  }

  get connections(): number {
    return this.#listener.connections;
  }

  /** Settles when none is left of the connections that were given back: the server itself does not count them. */
  gone(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenGone = resolve;
      if (this.#back === 0) resolve();
    });
  }

  /** From now on every connection is Node's; those that are here become so. */
  stop(): void {
    this.#stopped = true;
    this.#listener.stop();
    clearInterval(this.#telling);
    this.#tell();
  }
}

function headerLines(fields: readonly (readonly string[])[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
}
