// Serves the operations of many lines on both of their transports: NDJSON for a plain request, messages where the
// client asks for a WebSocket at the same address.
import type {Server as HttpServer, IncomingMessage} from "node:http";
import type {FastifyInstance} from "fastify";
import {type Context, type Entered, entrance} from "./context.ts";
import {RefusedError} from "./error.ts";
import {NDJSON_TYPE, readLines, writeLines} from "./ndjson.ts";
import {type StreamCall, type StreamOperation, VERSIONS, type Version} from "./operation.ts";
import {essence, leaving, routed, unread} from "./route.ts";
import {addSockets, type Conversation} from "./socket.ts";
import type {Asked, Traced} from "./tracing.ts";
import {checkBody} from "./validator.ts";

/** Opens one stream for a client that was let in; both transports come here. */
type Open = (entered: Entered, version: Version) => Conversation;

function opener(declared: StreamOperation, {admission, clock, draining, health, quotas}: Context): Open {
  const check = declared.line && checkBody(declared.line);
  const writes = declared.verb === "write";
  return (entered, version) =>
    async function* (lines, gone) {
      const {params, query, space, name} = entered;
      const signal = AbortSignal.any([gone, draining]);
      const release = await admission.enter("stream", name, signal);
      try {
        const call = {
          ...{params, query, version, signal, now: clock(), body: undefined},
          space: space as StreamCall<never, never>["space"],
          enter(cost: Parameters<typeof admission.enter>[0]) {
            if (writes && space !== undefined) quotas.room(space);
            return admission.enter(cost, name, signal);
          },
        };
        for await (const answer of declared.open(call, checked(lines, check))) {
          if (writes) health.wrote(name, undefined);
          yield answer;
        }
      } catch (error) {
        if (writes) health.wrote(name, (error as {code?: string}).code);
        throw error;
      } finally {
        release();
      }
    };
}

async function* checked(lines: AsyncIterable<unknown[]>, check: ((line: unknown) => unknown) | undefined) {
  for await (const group of lines) yield check === undefined ? group : group.map(check);
}

export function addStreams(
  app: FastifyInstance,
  declared: readonly StreamOperation[],
  context: Context,
): void {
  const openers = declared.map((operation) => ({
    operation,
    enter: entrance(operation, context),
    open: opener(operation, context),
  }));
  for (const version of VERSIONS)
    for (const {operation, enter, open} of openers)
      app.route({
        method: operation.method,
        url: routed(version, operation.path),
        config: {operation: operation.id, version},
        async handler(request, reply) {
          const {space = ""} = request.params as {space?: string};
          context.tracing?.begin(request.raw, reply.raw, asked(operation, version, space));
          const entered = enter(request.raw, request.params as object, request.query as object);
          const type = essence(request.headers["content-type"]);
          if (operation.line !== undefined && type !== NDJSON_TYPE) throw unread(type, NDJSON_TYPE);
          const signal = leaving(reply.raw);
          await writeLines(reply.raw, open(entered, version)(readLines(request.raw), signal), signal);
          return reply.hijack();
        },
      });

  const addresses = VERSIONS.flatMap((version) =>
    openers.map((opened) => ({...opened, version, pattern: pattern(version, opened.operation.path)})),
  );
  const find = (request: IncomingMessage): Conversation => {
    const url = new URL(request.url ?? "/", "http://localhost");
    for (const {pattern: address, operation, enter, open, version} of addresses) {
      const found = address.exec(url.pathname);
      if (found === null) continue;
      const conversation = open(
        enter(request, {...found.groups}, Object.fromEntries(url.searchParams)),
        version,
      );
      const {space = ""} = found.groups ?? {};
      const traced = context.tracing?.begin(request, undefined, asked(operation, version, space));
      return traced === undefined ? conversation : tracedConversation(conversation, traced);
    }
    throw new RefusedError(404, "not_found", `there is no stream at ${url.pathname}`, "see /openapi.json");
  };
  addSockets(app.server as HttpServer, find, context.draining);
}

const asked = ({id, method, path}: StreamOperation, version: Version, space: string): Asked => ({
  ...{operation: id, version, method, path, space},
});

/** Over a WebSocket no response ends what is traced: the conversation does. */
function tracedConversation(conversation: Conversation, traced: Traced): Conversation {
  return async function* (lines, gone) {
    let failure: unknown;
    try {
      yield* conversation(lines, gone);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      traced.end(failure);
    }
  };
}

function pattern(version: Version, path: string): RegExp {
  return new RegExp(`^/${version}${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
}
