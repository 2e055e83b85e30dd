// Serves one operation: let in, receive, validate, wait for a place, do, answer. Every route goes this way.
import type {FastifyInstance, FastifyReply, FastifyRequest} from "fastify";
import type {Logger} from "pino";
import type {EngramError} from "../engine.ts";
import type {Admission} from "./admission.ts";
import type {Bodies} from "./body.ts";
import {RefusedError} from "./error.ts";
import type {Gate} from "./gate.ts";
import type {Health} from "./health.ts";
import {parseJson} from "./json.ts";
import {BODY_MAX_BYTES} from "./limits.ts";
import type {Call, Operation, Version} from "./operation.ts";
import type {Spaces} from "./spaces.ts";
import {checkBody, checkText} from "./validator.ts";

/** What every operation needs of the server. */
export interface Context {
  spaces: Spaces;
  gate: Gate;
  bodies: Bodies;
  admission: Admission;
  health: Health;
  log: Logger;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** The media type without its parameters. */
function essence(header: string | undefined): string {
  return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

function decoder({body, binaryBody}: Operation) {
  const check = body && checkBody(body);
  return (bytes: Buffer, contentType: string, query: unknown, dimension: number): unknown => {
    if (check === undefined) return undefined;
    if (contentType === "application/json") return check(parseJson(bytes));
    if (binaryBody !== undefined && contentType === binaryBody.contentType)
      return checkDecoded(check, binaryBody.decode(bytes, {query, dimension}));
    throw new RefusedError(
      415,
      "unsupported_media_type",
      `content type "${contentType}" is not read here`,
      `send application/json${binaryBody === undefined ? "" : ` or ${binaryBody.contentType}`}`,
    );
  };
}

/** A decoded vector is known to be sound; the rest of the body is checked as JSON is. */
function checkDecoded(check: (value: unknown) => unknown, decoded: unknown): unknown {
  if (decoded instanceof Object && "vector" in decoded) return decoded;
  return check(decoded);
}

export function addRoute(
  app: FastifyInstance,
  declared: Operation,
  version: Version,
  context: Context,
): void {
  const {spaces, gate, bodies, admission, health, clock} = context;
  const checkParams = declared.params && checkText("path", declared.params);
  const checkQuery = declared.query && checkText("query", declared.query);
  const decode = decoder(declared);
  const inSpace = declared.path.startsWith("/spaces/{space}/") || declared.id === "stats";
  const writes = declared.verb === "write" || declared.verb === "forget";

  async function serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const {space: name} = request.params as {space?: string};
    const principal = gate.admit(request.raw, declared.verb, name);
    const params = checkParams?.(request.params) ?? {};
    const query = checkQuery?.({...(request.query as object)}) ?? {};
    const space = inSpace ? spaces.get(name as string) : undefined;
    const bytes = declared.body
      ? await bodies.read(request.raw, declared.bodyMaxBytes ?? BODY_MAX_BYTES)
      : undefined;
    const body =
      bytes && decode(bytes, essence(request.headers["content-type"]), query, space?.dimension ?? 0);
    const leaving = new AbortController();
    reply.raw.once("close", () => leaving.abort());
    const release = await admission.enter(declared.cost, name ?? "", leaving.signal);
    try {
      const answer = await declared.handle({
        params,
        query,
        body,
        spaces,
        version,
        now: clock(),
        sees: (id) => principal.may("read", id),
        signal: leaving.signal,
        space: space as Call<never, never, never>["space"],
      });
      if (writes && name !== undefined) health.wrote(name, undefined);
      return send(reply, request, declared, answer);
    } catch (error) {
      if (writes && name !== undefined) health.wrote(name, (error as Partial<EngramError>).code);
      throw error;
    } finally {
      release();
    }
  }

  app.route({
    method: declared.method,
    url: `/${version}${declared.path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    handler: serve,
  });
}

function send(reply: FastifyReply, request: FastifyRequest, {binaryAnswer}: Operation, answer: unknown) {
  if (binaryAnswer !== undefined && essence(request.headers.accept) === binaryAnswer.contentType)
    return reply.type(binaryAnswer.contentType).send(binaryAnswer.encode(answer as never));
  return reply.type("application/json").send(JSON.stringify(answer));
}
