// Serves one operation: let in, receive, validate, wait for a place, do, answer. Every route goes this way.
import type {FastifyInstance, FastifyReply, FastifyRequest} from "fastify";
import type {EngramError} from "../engine.ts";
import {type Context, type Entered, entrance} from "./context.ts";
import {RefusedError} from "./error.ts";
import {parseJson} from "./json.ts";
import {BODY_MAX_BYTES, IDEMPOTENCY_KEY_MAX_BYTES} from "./limits.ts";
import type {Call, Operation, Version} from "./operation.ts";
import {during} from "./tracing.ts";
import {checkBody} from "./validator.ts";

const MS_PER_S = 1_000;

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
export function leaving(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => controller.abort());
  return controller.signal;
}

/** The path in the router's form. */
export function routed(version: Version, path: string): string {
  return `/${version}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
}

/** Errors: a key that is empty or too long. */
function keyOf({headers}: FastifyRequest): string | undefined {
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

export function addRoute(
  app: FastifyInstance,
  declared: Operation,
  version: Version,
  context: Context,
): void {
  const {spaces, quotas, bodies, admission, health, clock, backups, tracing} = context;
  const enter = entrance(declared, context);
  const decode = decoder(declared);
  const warnings = deprecation(declared, version);
  const writes = declared.verb === "write" || declared.verb === "forget";

  async function receive(request: FastifyRequest, {query, space}: Entered): Promise<unknown> {
    if (declared.body === undefined) return undefined;
    const bytes = await bodies.read(request.raw, declared.bodyMaxBytes ?? BODY_MAX_BYTES);
    return decode(bytes, essence(request.headers["content-type"]), query, space?.dimension ?? 0);
  }

  app.route({
    method: declared.method,
    url: routed(version, declared.path),
    config: {operation: declared.id, version},
    async handler(request, reply) {
      const {space = ""} = request.params as {space?: string};
      const {id: operation, method, path} = declared;
      const traced = tracing?.begin(request.raw, reply.raw, {operation, version, method, path, space});
      const entered = enter(request.raw, request.params as object, request.query as object);
      const {principal, name, params, query} = entered;
      const signal = leaving(reply);
      for (const [name, value] of warnings) reply.header(name, value);
      const body = await during(traced, "receive", () => receive(request, entered));
      const release = await during(traced, "wait", () => admission.enter(declared.cost, name, signal));
      try {
        const call = {
          ...{params, query, body, spaces, quotas, version, signal, backups},
          now: clock(),
          key: keyOf(request),
          sees: (id: string) => principal.may("read", id),
          space: entered.space as Call<never, never, never>["space"],
        };
        const answer = await during(traced, "engine", () => declared.handle(call));
        if (writes) health.wrote(name, undefined);
        return send(reply, request, declared, answer);
      } catch (error) {
        if (writes) health.wrote(name, (error as Partial<EngramError>).code);
        throw error;
      } finally {
        release();
      }
    },
  });
}

function send(reply: FastifyReply, request: FastifyRequest, {binaryAnswer}: Operation, answer: unknown) {
  if (binaryAnswer !== undefined && essence(request.headers.accept) === binaryAnswer.contentType)
    return reply.type(binaryAnswer.contentType).send(binaryAnswer.encode(answer as never));
  return reply.type("application/json").send(JSON.stringify(answer));
}
