// An older client's requests once more, against a server of now: what it was answered then it must be answered still,
// under the version it knows, under the next one, and with fields in its requests that no server knows.

import {differences} from "../../clients/conformance/match.ts";
import {withUnknown} from "../../clients/conformance/newer.ts";
import {decodeHits} from "../../clients/typescript/src/binary.ts";
import {EPISODES_TYPE, HITS_TYPE} from "../binary.ts";
import {type Answered, ask, type Body, type Exchange} from "./exchange.ts";

/** How the requests are changed on their way. */
export type Manner =
  /** As they were. */
  | "as recorded"
  /** Under the second version's addresses, but for what it changed. */
  | "under v2"
  /** With unknown fields, headers and query words: a newer client's. */
  | "with unknown fields";

/** Of the clock, of the disk, of the moment: the type must be the same, the value may not. */
const PASSING = new Set([
  ...["at", "digest", "elapsedNs", "durable", "logBytes", "logSyncs", "vectorBytes", "indexBytes"],
  ...["message", "remedy"],
]);
const U32_BYTES = 4;

/** What match.ts compares with: numbers may differ by rounding, passing values in all but their type. */
export function likeThis(value: unknown, name = ""): unknown {
  if (PASSING.has(name)) return value === null ? {$absent: true} : {$type: typeof value};
  if (typeof value === "number") return {$near: value};
  if (value === null) return {$absent: true};
  if (Array.isArray(value)) return value.map((one) => likeThis(one));
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, likeThis(one, key)]));
}

function content(type: string, body: Body): unknown {
  if ("json" in body) return body.json;
  if ("lines" in body) return body.lines;
  if ("text" in body) return body.text;
  const {buffer, byteOffset, length} = Buffer.from(body.base64, "base64");
  return type === HITS_TYPE
    ? decodeHits(buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer)
    : body.base64;
}

/** What the older client would miss in an answer of now; empty where nothing. Lists of spaces may have others. */
export function missed({answer}: Pick<Exchange, "answer">, now: Answered): string[] {
  if (answer.status !== now.status)
    return [`status: wanted ${answer.status}, got ${now.status} ${JSON.stringify(now.body).slice(0, 200)}`];
  const media = (type: string) => type.split(";", 1)[0];
  if (media(answer.type) !== media(now.type)) return [`type: wanted ${answer.type}, got ${now.type}`];
  const [then, given] = [content(answer.type, answer.body), content(now.type, now.body)];
  const spaces = (then as {spaces?: unknown[]} | null)?.spaces;
  if (Array.isArray(spaces))
    return spaces.flatMap((space) => differences(given, {spaces: {$has: likeThis(space)}}));
  return differences(given, likeThis(then));
}

const SPACE = /^\/v1\/spaces\/([\w-]+)/;
/** The one operation that the second version changed. */
const CHANGED = /^\/v1\/spaces\/[\w-]+\/recall(\?|$)/;

/** The request in that manner, in spaces of its own; nothing where it has none. */
export function inManner(request: Exchange["request"], manner: Manner): Exchange["request"] | undefined {
  if (manner === "as recorded") return request;
  const moved = (suffix: string) => request.path.replace(SPACE, `/v1/spaces/$1${suffix}`);
  if (manner === "under v2") {
    const path = CHANGED.test(request.path) ? moved("-v2") : moved("-v2").replace(/^\/v1\//, "/v2/");
    return {...request, path};
  }
  const path = moved("-unknown");
  const more = `${path}${path.includes("?") ? "&" : "?"}unheard-of=1`;
  return {
    ...request,
    path: more,
    ...(request.body === undefined ? {} : {body: enriched(request.body, request.type)}),
  };
}

function enriched(body: Body, type: string | undefined): Body {
  if ("json" in body) return {json: withUnknown(body.json)};
  if ("lines" in body) return {lines: body.lines.map(withUnknown)};
  if (type !== EPISODES_TYPE || !("base64" in body)) return body;
  // The JSON at its head; the vectors behind it stay.
  const bytes = Buffer.from(body.base64, "base64");
  const end = U32_BYTES + bytes.readUInt32LE(0);
  const head = Buffer.from(
    JSON.stringify(withUnknown(JSON.parse(bytes.subarray(U32_BYTES, end).toString()))),
  );
  const length = Buffer.alloc(U32_BYTES);
  length.writeUInt32LE(head.length);
  return {base64: Buffer.concat([length, head, bytes.subarray(end)]).toString("base64")};
}

export interface Replayed {
  manner: Manner;
  exchange: Exchange;
  method: string;
  /** Asked now, without its query. */
  path: string;
  status: number;
  /** The answer said that the operation will go. */
  warned: boolean;
  wrong: string[];
  /** What would be wrong had the answer come otherwise: for faults that must be noticed. */
  had(otherwise: (answered: Answered) => Answered): string[];
}

const UNKNOWN_HEADER = {"x-unheard-of": "1"};
const MANNERS: readonly Manner[] = ["as recorded", "under v2", "with unknown fields"];

/** Each exchange in every manner, one after the other: the versions are asked side by side. `key`: of this server. */
export async function* replay(
  port: number,
  key: string,
  exchanges: readonly Exchange[],
): AsyncGenerator<Replayed> {
  for (const exchange of exchanges)
    for (const manner of MANNERS) {
      const request = inManner(exchange.request, manner);
      if (request === undefined) continue;
      const more = manner === "with unknown fields" ? UNKNOWN_HEADER : {};
      const now = await ask(port, request, key, more);
      const wanted = renamed(exchange, manner);
      yield {
        manner,
        exchange,
        method: request.method,
        path: request.path.split("?", 1)[0] ?? "",
        status: now.status,
        warned: now.headers.deprecation !== undefined,
        wrong: missed(wanted, now),
        had: (otherwise) => missed(wanted, otherwise(now)),
      };
    }
}

/** Answers name the space; in another manner it is another. */
function renamed({answer}: Exchange, manner: Manner): Pick<Exchange, "answer"> {
  const suffix = {"as recorded": "", "under v2": "-v2", "with unknown fields": "-unknown"}[manner];
  const space = /"space":\s*"(older-\d+)"/g;
  return JSON.parse(JSON.stringify({answer}).replace(space, `"space":"$1${suffix}"`)) as Pick<
    Exchange,
    "answer"
  >;
}
