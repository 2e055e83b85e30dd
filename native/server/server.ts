// The server: an engine on a port. Loopback by default; any other address only with keys and TLS.
import {mkdirSync} from "node:fs";
import {createServer as createHttp, type Server as HttpServer, type RequestListener} from "node:http";
import {createServer as createHttps} from "node:https";
import type {AddressInfo} from "node:net";
import type {FastifyInstance} from "fastify";
import {type Logger, pino} from "pino";
import {Engine, InvalidArgumentError} from "../engine.ts";
import {Admission} from "./admission.ts";
import {application} from "./application.ts";
import {Audit} from "./audit.ts";
import {Bodies} from "./body.ts";
import {Compaction} from "./compaction.ts";
import type {Context} from "./context.ts";
import {Door} from "./door.ts";
import {Gate} from "./gate.ts";
import {Health} from "./health.ts";
import {Keys} from "./keys.ts";
import * as limits from "./limits.ts";
import {Metrics} from "./metrics.ts";
import type {TracesOptions} from "./otel.ts";
import {PlainRoad} from "./plain.ts";
import {Quotas} from "./quotas.ts";
import {Spaces} from "./spaces.ts";
import type {Tracing} from "./tracing.ts";

export interface ServerOptions {
  /** The engine's directory. */
  data: string;
  /** Where backups go and come from, each in a directory of its own; none can be made without it. */
  backups?: string;
  host?: string;
  /** 0: any free one. */
  port?: number;
  /** The key file; without it everybody on this machine may do everything. */
  keys?: string;
  /** PEM of certificate and key. */
  tls?: {cert: string; key: string};
  /** A request's head, and the whole of it, must have come by then; limits.ts has the defaults. */
  headersTimeoutMs?: number;
  requestTimeoutMs?: number;
  /** Resolves when the process that has the engine now has let it go. */
  takeOver?: Promise<void>;
  /** How long close() waits for the next request on connections that are idle. */
  lameDuckMs?: number;
  log?: Logger;
  /** Where traces go; nothing is traced where absent. */
  traces?: TracesOptions;
  clock?: () => number;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

function checkAddress({host = "127.0.0.1", keys, tls}: ServerOptions): string {
  if (!LOOPBACK.test(host) && (keys === undefined || tls === undefined))
    throw new InvalidArgumentError(
      `${host} can be reached from other machines, and the server has ${keys === undefined ? "no keys" : "no TLS"}`,
      "invalid_argument",
      "pass --keys, --tls-cert and --tls-key, or listen on 127.0.0.1",
    );
  return host;
}

function listener({tls, headersTimeoutMs, requestTimeoutMs}: ServerOptions, handler: RequestListener) {
  const options = {
    maxHeaderSize: limits.HEADERS_MAX_BYTES,
    headersTimeout: headersTimeoutMs ?? limits.HEADERS_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs ?? limits.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: limits.KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: limits.CONNECTIONS_CHECK_MS,
    noDelay: true,
  };
  const server =
    tls === undefined ? createHttp(options, handler) : createHttps({...options, ...tls}, handler);
  server.maxConnections = limits.CONNECTIONS_MAX;
  return server;
}

export class Server {
  readonly #app: FastifyInstance;
  readonly #door: Door;
  readonly #context: Context;
  readonly #drain = new AbortController();
  /** Absent where there is something to decide about a request before it is read. */
  readonly #plain: PlainRoad | undefined;
  readonly #compaction: Compaction;
  #engine: Engine | undefined;

  private constructor(
    private readonly options: ServerOptions,
    tracing: Tracing | undefined,
  ) {
    const log = options.log ?? pino({level: "silent"});
    const metrics = new Metrics();
    const keys = options.keys === undefined ? undefined : Keys.read(options.keys);
    const clock = options.clock ?? Date.now;
    this.#context = {
      quotas: new Quotas(options.data, clock),
      log,
      metrics,
      tracing,
      spaces: new Spaces(),
      gate: new Gate(keys, new Audit(log, metrics)),
      bodies: new Bodies(),
      admission: new Admission(),
      health: new Health(),
      clock,
      backups: options.backups,
      draining: this.#drain.signal,
    };
    metrics.watch(this.#context, options.data);
    this.#compaction = new Compaction(this.#context.spaces, log);
    let door: Door | undefined;
    this.#app = application(this.#context, (handler) => {
      door = new Door(handler);
      return listener(options, door.accept);
    });
    this.#door = door as unknown as Door;
    if (options.keys === undefined && options.tls === undefined && tracing === undefined)
      this.#plain = new PlainRoad(this.#app.server as HttpServer, this.#context, options.headersTimeoutMs);
  }

  /** Opens the engine and listens; with `takeOver`, listens and opens when the other process has let go: requests
   *  wait meanwhile. Errors: InvalidArgumentError for an address that needs keys and TLS, ConflictError when another
   *  process has the directory. */
  static async start(options: ServerOptions): Promise<Server> {
    const host = checkAddress(options);
    // Not loaded by those who do not want it.
    const tracing = options.traces && (await import("./otel.ts")).openTelemetry(options.traces);
    const server = new Server(options, tracing);
    if (options.takeOver === undefined) await server.#open();
    await server.#app.listen({host, port: options.port ?? 0});
    if (options.takeOver !== undefined) {
      await options.takeOver;
      await server.#open();
    }
    server.#context.health.phase = "serving";
    server.#door.open();
    return server;
  }

  async #open(): Promise<void> {
    const {data, backups} = this.options;
    if (backups !== undefined) mkdirSync(backups, {recursive: true});
    this.#engine = await Engine.open(data, {
      clock: this.#context.clock,
      retainBytes: limits.LOG_RETAIN_BYTES,
    });
    await this.#context.spaces.open(this.#engine);
    this.#compaction.start();
  }

  /** Has another process that takes over find little to replay. Nothing waits for it but writes, for moments. */
  prepare(): Promise<void> {
    return this.#compaction.run({all: true});
  }

  get port(): number {
    return (this.#app.server.address() as AddressInfo).port;
  }

  /** Connections whose requests are answered below Node at present. */
  get plainConnections(): number {
    return this.#plain?.connections ?? 0;
  }

  /** Stops accepting, lets what is under way finish, closes the engine. */
  async close(): Promise<void> {
    this.#context.health.phase = "draining";
    this.#drain.abort();
    this.#plain?.stop();
    await this.#door.drain(this.#app.server, this.options.lameDuckMs ?? 0, this.#plain?.gone());
    await this.#compaction.stop();
    await this.#engine?.close();
    await this.#context.tracing?.close();
  }
}
