// Errors as answers: every refusal has a status, a stable code, a message that names the value, and what mends it.
import {EngramError} from "../engine.ts";

/** An error that the server itself found. */
export class RefusedError extends EngramError {
  constructor(
    readonly status: number,
    code: string,
    message: string,
    remedy: string,
    /** Seconds after which the same request may succeed. */
    readonly retryAfterS?: number,
  ) {
    super(message, code, remedy);
  }
}

/** The engine's codes as HTTP statuses. */
const STATUS: Record<string, number> = {
  invalid_argument: 400,
  not_found: 404,
  compacted: 410,
  too_large: 413,
  conflict: 409,
  read_only: 409,
  damaged: 409,
  disk_full: 507,
  locked: 503,
  poisoned: 503,
  closed: 503,
};

/** What Fastify finds before a handler runs. */
const FASTIFY: Record<string, {status: number; code: string; remedy: string}> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {status: 413, code: "too_large", remedy: "send less in one request"},
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: "unsupported_media_type",
    remedy: "send application/json or a content type of the OpenAPI document",
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {status: 400, code: "invalid_argument", remedy: "send a JSON body"},
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: "invalid_argument",
    remedy: "send as many bytes as Content-Length says",
  },
  FST_ERR_BAD_URL: {status: 400, code: "invalid_argument", remedy: "percent-encode the path as UTF-8"},
  FST_ERR_MAX_PARAM_LENGTH: {status: 414, code: "too_large", remedy: "use an id of at most 255 bytes"},
};

export interface Refusal {
  status: number;
  retryAfterS?: number;
  /** The rest of the body is not read: the connection ends with the answer. */
  closes: boolean;
  body: {error: {code: string; message: string; remedy: string}};
}

/** The answer for anything thrown. What is not ours is told as `internal`, without its text. */
export function refusal(error: unknown): Refusal {
  if (error instanceof RefusedError)
    return {
      ...body(error.status, error.code, error.message, error.remedy),
      ...(error.retryAfterS === undefined ? {} : {retryAfterS: error.retryAfterS}),
    };
  if (error instanceof EngramError)
    return body(STATUS[error.code] ?? 500, error.code, error.message, error.remedy);
  const known = error instanceof Error && "code" in error ? FASTIFY[String(error.code)] : undefined;
  if (known !== undefined) return body(known.status, known.code, (error as Error).message, known.remedy);
  if (isClients(error)) return body(error.statusCode, "invalid_argument", error.message, "see /openapi.json");
  return body(500, "internal", "the server failed", "report it with the request id");
}

/** Fastify's own, of a request that is wrong in a way that is not in the table: a method without its headers. */
function isClients(error: unknown): error is Error & {statusCode: number} {
  const {code, statusCode = 0} = error as {code?: unknown; statusCode?: number};
  return error instanceof Error && String(code).startsWith("FST_") && statusCode >= 400 && statusCode < 500;
}

const CLOSING = new Set([413, 415, 499, 500, 503]);

function body(status: number, code: string, message: string, remedy: string): Refusal {
  const closes = CLOSING.has(status);
  return {status, closes, body: {error: {code, message, remedy}}};
}
