// The direct path: what is asked of a space by POST, found by one look at the address and served by the same steps as
// behind the router, without what a router for any address costs. What it does not know goes to the router.
import {randomUUID} from "node:crypto";
import type {IncomingMessage, ServerResponse} from "node:http";
import {parse} from "node:querystring";
import type {Context} from "./context.ts";
import {refusal} from "./error.ts";
import {VERSIONS, type Version} from "./operation.ts";
import {OPERATIONS} from "./operations/index.ts";
import {deprecation, exchange, JSON_ANSWER, type Reply, type Routed} from "./route.ts";

const MS_PER_S = 1_000;
/** What follows the space in a declared path, where that is all. */
const OF_A_SPACE = /^\/spaces\/\{space\}\/([a-z/]+)$/;
/** Any other name, encoded perhaps, is the router's to judge. */
const ADDRESS = /^\/(v[12])\/spaces\/([\w-]+)\/([a-z/]+)(?:\?|$)/;
const NO_QUERY = {};

interface Served {
  operation: string;
  version: Version;
  warnings: string[];
  serve(routed: Routed): Promise<Reply>;
}

/** Handles the request, or says that it is none of its own. */
export function directPath(
  context: Context,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const {metrics, log} = context;
  const table = new Map<string, Served>();
  for (const version of VERSIONS)
    for (const declared of OPERATIONS) {
      const [, rest] = OF_A_SPACE.exec(declared.path) ?? [];
      if (
        rest === undefined ||
        declared.method !== "POST" ||
        !(declared.versions ?? VERSIONS).includes(version)
      )
        continue;
      table.set(`${version}/${rest}`, {
        operation: declared.id,
        version,
        warnings: deprecation(declared, version).flat(),
        serve: exchange(declared, version, context),
      });
    }

  async function answer(served: Served, routed: Routed): Promise<void> {
    const began = performance.now();
    const {operation, version, warnings} = served;
    const {request, response} = routed;
    const requestId = randomUUID();
    try {
      const {type, body} = await served.serve(routed);
      const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
      response.writeHead(200, [...warnings, "content-type", type, "content-length", String(length)]);
      response.end(body);
    } catch (error) {
      const refused = refusal(error);
      if (refused.status >= 500)
        log.error({err: error, status: refused.status, requestId, url: request.url}, "request failed");
      sendRefusal(response, refused, [...warnings, "x-request-id", requestId]);
    }
    const seconds = (performance.now() - began) / MS_PER_S;
    metrics.served({operation, version, status: response.statusCode, seconds, requestId});
  }

  return (request, response) => {
    if (request.method !== "POST") return false;
    const url = request.url ?? "";
    const [, version, space, rest] = ADDRESS.exec(url) ?? [];
    const served = table.get(`${version}/${rest}`);
    if (served === undefined || space === undefined) return false;
    const mark = url.indexOf("?");
    const query = mark === -1 ? NO_QUERY : {...parse(url.slice(mark + 1))};
    void answer(served, {request, response, params: {space}, query});
    return true;
  };
}

/** Sends what was wrong and what mends it. `headers`: names and values, in turn. */
export function sendRefusal(
  response: ServerResponse,
  {status, body, retryAfterS, closes}: ReturnType<typeof refusal>,
  headers: string[],
): void {
  if (closes) response.shouldKeepAlive = false;
  const text = JSON.stringify(body);
  response.writeHead(status, [
    ...headers,
    ...(retryAfterS === undefined ? [] : ["retry-after", String(retryAfterS)]),
    ...["content-type", JSON_ANSWER, "content-length", String(Buffer.byteLength(text))],
  ]);
  response.end(text);
}
