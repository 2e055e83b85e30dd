// The server: an engine on a port. Loopback by default; any other address only with keys and TLS.
import {randomUUID} from "node:crypto";
import {createServer as createHttp, type RequestListener} from "node:http";
import {createServer as createHttps} from "node:https";
import type {AddressInfo} from "node:net";
import Fastify, {type FastifyInstance, type FastifyReply} from "fastify";
import {type Logger, pino} from "pino";
import {Engine, InvalidArgumentError} from "../engine.ts";
import {Admission} from "./admission.ts";
import {Audit} from "./audit.ts";
import {Bodies} from "./body.ts";
import type {Context} from "./context.ts";
import {RefusedError, refusal} from "./error.ts";
import {Gate} from "./gate.ts";
import {Health} from "./health.ts";
import {Keys} from "./keys.ts";
import * as limits from "./limits.ts";
import {Metrics, type Served} from "./metrics.ts";
import {openApi} from "./openapi.ts";
import {VERSIONS} from "./operation.ts";
import {OPERATIONS, STREAMS} from "./operations/index.ts";
import {addRoute} from "./route.ts";
import {shortPath} from "./shortpath.ts";
import {Spaces} from "./spaces.ts";
import {addStreams} from "./stream.ts";

export interface ServerOptions {
  /** The engine's directory. */
  data: string;
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
  log?: Logger;
  clock?: () => number;
}

const MS_PER_S = 1_000;
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
  private constructor(
    private readonly app: FastifyInstance,
    private readonly engine: Engine,
    private readonly context: Context,
    private readonly drain: AbortController,
  ) {}

  /** Opens the engine and listens. Errors: InvalidArgumentError for an address that needs keys and TLS,
   *  ConflictError when another process has the directory. */
  static async start(options: ServerOptions): Promise<Server> {
    const host = checkAddress(options);
    const log = options.log ?? pino({level: "silent"});
    const keys = options.keys === undefined ? undefined : Keys.read(options.keys);
    const engine = await Engine.open(options.data);
    const drain = new AbortController();
    const metrics = new Metrics();
    const context: Context = {
      metrics,
      draining: drain.signal,
      spaces: await Spaces.open(engine, options.data),
      gate: new Gate(keys, new Audit(log, metrics)),
      bodies: new Bodies(),
      admission: new Admission(),
      health: new Health(),
      log,
      clock: options.clock ?? Date.now,
    };
    metrics.watch(context, options.data);
    const short = shortPath(context);
    const app = Fastify({
      serverFactory: (route) =>
        listener(options, (request, response) => short(request, response) || route(request, response)),
      routerOptions: {maxParamLength: 1_024},
      exposeHeadRoutes: false,
      genReqId: () => randomUUID(),
      frameworkErrors: (error, _request, reply) => fail(error, reply),
    }) as unknown as FastifyInstance;
    // Routes receive their bodies themselves, after the key was checked.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.addHook("onResponse", async ({routeOptions, id}, {statusCode, elapsedTime}) => {
      const {operation = "none", version = "none"} = routeOptions.config as Partial<Served>;
      metrics.served({
        operation,
        version,
        status: statusCode,
        seconds: elapsedTime / MS_PER_S,
        requestId: id,
      });
    });
    app.setErrorHandler((error, request, reply) => {
      const {status} = refusal(error);
      if (status >= 500)
        log.error({err: error, status, requestId: request.id, url: request.url}, "request failed");
      return fail(error, reply);
    });
    app.setNotFoundHandler((request, reply) =>
      fail(
        new RefusedError(
          404,
          "not_found",
          `there is no ${request.method} ${request.url.split("?", 1)[0]}`,
          "see /openapi.json",
        ),
        reply,
      ),
    );
    for (const version of VERSIONS)
      for (const operation of OPERATIONS)
        if (operation.versions?.includes(version) ?? true) addRoute(app, operation, version, context);
    addStreams(app, STREAMS, context);
    addOwnRoutes(app, context);
    await app.listen({host, port: options.port ?? 0});
    context.health.phase = "serving";
    return new Server(app, engine, context, drain);
  }

  get port(): number {
    return (this.app.server.address() as AddressInfo).port;
  }

  /** Stops accepting, lets what is under way finish, closes the engine. */
  async close(): Promise<void> {
    this.context.health.phase = "draining";
    this.drain.abort();
    await this.app.close();
    await this.engine.close();
  }
}

function fail(error: unknown, reply: FastifyReply) {
  const {status, body, retryAfterS, closes} = refusal(error);
  reply.header("x-request-id", reply.request.id);
  if (closes) reply.raw.shouldKeepAlive = false;
  const answer = reply.code(status).type("application/json");
  if (retryAfterS !== undefined) answer.header("retry-after", String(retryAfterS));
  return answer.send(JSON.stringify(body));
}

/** What is told of the server itself, without a version. */
function addOwnRoutes(app: FastifyInstance, {health, spaces, metrics, gate}: Context): void {
  const document = JSON.stringify(openApi());
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(document));
  app.get("/metrics", async (request, reply) => {
    gate.admit(request.raw, "observe", undefined);
    return reply.header("content-type", metrics.contentType).send(await metrics.text());
  });
  app.get("/health", (_request, reply) => {
    const report = health.report(spaces);
    return reply.code(report.status === "failed" ? 503 : 200).send(report);
  });
  app.get("/ready", (_request, reply) => {
    const ready = health.ready(spaces);
    return reply.code(ready ? 200 : 503).send({ready, ...health.report(spaces)});
  });
}
