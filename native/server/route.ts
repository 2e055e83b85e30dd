// Serves one operation: let in, receive, validate, wait for a place, do, answer. Every route goes this way.
import type {IncomingMessage, ServerResponse} from "node:http";
import type {FastifyInstance} from "fastify";
import type {EngramError} from "../engine.ts";
import {type Context, type Entered, entrance} from "./context.ts";
import {RefusedError} from "./error.ts";
import {parseJson} from "./json.ts";
import {BODY_MAX_BYTES, IDEMPOTENCY_KEY_MAX_BYTES} from "./limits.ts";
import type {Call, Operation, Version} from "./operation.ts";
import {during} from "./tracing.ts";
import {checkBody} from "./validator.ts";

const MS_PER_S = 1_000;
export const JSON_ANSWER = "application/json; charset=utf-8";

/** Nothing to cut off, nothing to make small. */
const PLAIN_TYPE = /^[a-z]+\/[a-z.-]+$/;

/** The media type without its parameters. */
export function essence(header: string | undefined): string {
  if (header !== undefined && PLAIN_TYPE.test(header)) return header;
  return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

export function unread(contentType: string, read: string): RefusedError {
  return new RefusedError(
    415,
    "unsupported_media_type",
    `content type "${contentType}" is not read here`,
    `send ${read}`,
  );
}

/** Aborted when the client is gone. */
export function leaving(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

/** The path in the router's form. */
export function routed(version: Version, path: string): string {
  return `/${version}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
}

/** Errors: a key that is empty or too long. */
function keyOf({headers}: IncomingMessage): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && key !== "" && Buffer.byteLength(key) <= IDEMPOTENCY_KEY_MAX_BYTES)
    return key;
  throw new RefusedError(
    400,
    "invalid_argument",
    "the Idempotency-Key is empty or too long",
    `draw 1 to ${IDEMPOTENCY_KEY_MAX_BYTES} characters for each request`,
  );
}

/** Warns who still uses what will go (RFC 9745, RFC 8594). */
export function deprecation({deprecated}: Operation, version: Version): [string, string][] {
  if (!deprecated?.versions.includes(version)) return [];
  const {since, sunset, successor} = deprecated;
  return [
    ["deprecation", `@${Date.parse(since) / MS_PER_S}`],
    ["sunset", new Date(sunset).toUTCString()],
    ["link", `<${successor}>; rel="successor-version"`],
  ];
}

function decoder({body, binaryBody}: Operation) {
  const check = body && checkBody(body);
  return (bytes: Buffer, contentType: string, query: unknown, dimension: number): unknown => {
    if (check === undefined) return undefined;
    if (contentType === "application/json") return check(parseJson(bytes));
    if (contentType !== binaryBody?.contentType)
      throw unread(
        contentType,
        ["application/json", ...(binaryBody ? [binaryBody.contentType] : [])].join(" or "),
      );
    const decoded = binaryBody.decode(bytes, {query, dimension});
    return binaryBody.whole ? decoded : check(decoded);
  };
}

/** A request that found its operation. */
export interface Routed {
  request: IncomingMessage;
  response: ServerResponse;
  params: object;
  query: object;
}

export interface Reply {
  type: string;
  body: string | Buffer;
}

/** Serves one operation, all of it but finding it and sending the answer. Errors: all that refusal() knows. */
export function exchange(
  declared: Operation,
  version: Version,
  context: Context,
): (routed: Routed) => Promise<Reply> {
  const {spaces, quotas, bodies, admission, health, clock, backups, tracing} = context;
  const enter = entrance(declared, context);
  const decode = decoder(declared);
  const writes = declared.verb === "write" || declared.verb === "forget";
  const {id: operation, method, path, cost} = declared;

  async function receive(request: IncomingMessage, {query, space}: Entered): Promise<unknown> {
    if (declared.body === undefined) return undefined;
    const bytes = await bodies.read(request, declared.bodyMaxBytes ?? BODY_MAX_BYTES);
    return decode(bytes, essence(request.headers["content-type"]), query, space?.dimension ?? 0);
  }

  return async ({request, response, params: rawParams, query: rawQuery}) => {
    const {space = ""} = rawParams as {space?: string};
    const traced = tracing?.begin(request, response, {operation, version, method, path, space});
    const entered = enter(request, rawParams, rawQuery);
    const {principal, name, params, query} = entered;
    const body = await during(traced, "receive", () => receive(request, entered));
    const enterLane = () => admission.tryEnter(cost) ?? admission.enter(cost, name, leaving(response));
    const release = await during(traced, "wait", enterLane);
    try {
      const call = {
        ...{params, query, body, spaces, quotas, version, backups},
        now: clock(),
        key: keyOf(request),
        bulk: admission.running("bulk") > 0,
        sees: (id: string) => principal.may("read", id),
        space: entered.space as Call<never, never, never>["space"],
      };
      const answer = await during(traced, "engine", () => declared.handle(call));
      if (writes) health.wrote(name, undefined);
      return told(request, declared, answer);
    } catch (error) {
      if (writes) health.wrote(name, (error as Partial<EngramError>).code);
      throw error;
    } finally {
      release();
    }
  };
}

function told(request: IncomingMessage, {binaryAnswer}: Operation, answer: unknown): Reply {
  if (binaryAnswer !== undefined && essence(request.headers.accept) === binaryAnswer.contentType)
    return {type: binaryAnswer.contentType, body: binaryAnswer.encode(answer as never)};
  return {type: JSON_ANSWER, body: JSON.stringify(answer)};
}

export function addRoute(
  app: FastifyInstance,
  declared: Operation,
  version: Version,
  context: Context,
): void {
  const serve = exchange(declared, version, context);
  const warnings = deprecation(declared, version);
  app.route({
    method: declared.method,
    url: routed(version, declared.path),
    config: {operation: declared.id, version},
    async handler(request, reply) {
      for (const [name, value] of warnings) reply.header(name, value);
      const {type, body} = await serve({
        request: request.raw,
        response: reply.raw,
        params: request.params as object,
        query: request.query as object,
      });
      return reply.type(type).send(body);
    },
  });
}
