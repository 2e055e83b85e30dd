// The application: every operation routed, every failure answered, every request counted.
import {randomUUID} from "node:crypto";
import type {Server as HttpServer, RequestListener} from "node:http";
import Fastify, {type FastifyInstance, type FastifyReply} from "fastify";
import type {Context} from "./context.ts";
import {directPath} from "./direct.ts";
import {RefusedError, refusal} from "./error.ts";
import type {Served} from "./metrics.ts";
import {openApi} from "./openapi.ts";
import {VERSIONS} from "./operation.ts";
import {OPERATIONS, STREAMS} from "./operations/index.ts";
import {addRoute} from "./route.ts";
import {shortPath} from "./shortpath.ts";
import {addStreams} from "./stream.ts";

const MS_PER_S = 1_000;

/** `listener` makes the HTTP server that all of it is served by. */
export function application(
  context: Context,
  listener: (handler: RequestListener) => HttpServer,
): FastifyInstance {
  const {metrics, log} = context;
  const short = shortPath(context);
  const direct = directPath(context);
  const app = Fastify({
    serverFactory: (route) =>
      listener(
        (request, response) =>
          short(request, response) || direct(request, response) || route(request, response),
      ),
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
  return app;
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
