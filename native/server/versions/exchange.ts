// A request that an older client sent and what it was answered: kept in golden/exchanges.json, made by record.ts.
import {readFileSync} from "node:fs";
import {request as send} from "node:http";

/** What went over the wire, readable where it is text. */
export type Body =
  | {json: unknown}
  /** One value a line. */
  | {lines: unknown[]}
  | {base64: string}
  | {text: string};

export interface Exchange {
  /** The case of the older suite in which it happened. */
  case: string;
  /** By its number, for the space is named after it. */
  request: {
    method: string;
    /** With its query and version. */
    path: string;
    type?: string;
    accept?: string;
    idempotencyKey?: string;
    /** The server's key, another, or none. */
    key: "right" | "wrong" | "none";
    body?: Body;
  };
  answer: {status: number; type: string; body: Body};
}

export interface Golden {
  /** Commit of the client and server that it was recorded with. */
  recordedAt: string;
  exchanges: Exchange[];
}

const GOLDEN = new URL("../golden/exchanges.json", import.meta.url);

export function readGolden(): Golden {
  return JSON.parse(readFileSync(GOLDEN, "utf8")) as Golden;
}

export function bodyOf(type: string, bytes: Buffer): Body {
  if (/ndjson/.test(type))
    return {
      lines: bytes
        .toString()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    };
  if (/json/.test(type)) return {json: JSON.parse(bytes.toString())};
  return bytes.length > 0 && /vnd\.engram/.test(type)
    ? {base64: bytes.toString("base64")}
    : {text: bytes.toString()};
}

export function bytesOf(body: Body): Buffer {
  if ("json" in body) return Buffer.from(JSON.stringify(body.json));
  if ("lines" in body) return Buffer.from(body.lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return "base64" in body ? Buffer.from(body.base64, "base64") : Buffer.from(body.text);
}

export interface Answered {
  status: number;
  type: string;
  body: Body;
  headers: Record<string, string | string[] | undefined>;
}

/** Sends it byte by byte as it was, but for the key. `more`: further headers. */
export function ask(
  port: number,
  {method, path, type, accept, idempotencyKey, key, body}: Exchange["request"],
  right: string,
  more: Record<string, string> = {},
): Promise<Answered> {
  const bytes = body === undefined ? undefined : bytesOf(body);
  const bearer = key === "right" ? right : key === "wrong" ? WRONG_KEY : undefined;
  const headers = {
    ...(bearer === undefined ? {} : {authorization: `Bearer ${bearer}`}),
    ...(type === undefined ? {} : {"content-type": type}),
    ...(accept === undefined ? {} : {accept}),
    ...(idempotencyKey === undefined ? {} : {"idempotency-key": idempotencyKey}),
    ...(bytes === undefined ? {} : {"content-length": String(bytes.length)}),
    ...more,
  };
  return new Promise((resolve, reject) => {
    const outgoing = send({host: "127.0.0.1", port, method, path, headers}, (come) => {
      const pieces: Buffer[] = [];
      come.on("data", (piece: Buffer) => pieces.push(piece));
      come.on("error", reject);
      come.on("end", () => {
        const answered = come.headers["content-type"] ?? "";
        resolve({
          status: come.statusCode ?? 0,
          type: answered,
          body: bodyOf(answered, Buffer.concat(pieces)),
          headers: come.headers,
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(bytes);
  });
}

export const WRONG_KEY = "engram_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
