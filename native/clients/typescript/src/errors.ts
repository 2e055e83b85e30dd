// What can go wrong between a caller and a server, as classes to switch on. `code` and `remedy` are the
// server's own words where it answered at all.

export interface Failure {
  message: string;
  /** Stable. The server's, or `connection`, `timeout`, `cancelled`. */
  code: string;
  /** What mends it. */
  remedy: string;
  /** HTTP status; 0 where there was no answer. */
  status: number;
  /** Requests sent for this call. */
  attempts: number;
  /** The same call may succeed later. */
  retryable: boolean;
  /** The server's Retry-After header, as it came. */
  retryAfter?: string | null;
}

/** Base of all errors of the client. */
export class EngramError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly status: number;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly retryAfter: string | null;

  constructor(
    {message, code, remedy, status, attempts, retryable, retryAfter = null}: Failure,
    cause?: unknown,
  ) {
    super(message, {cause});
    this.name = new.target.name;
    this.code = code;
    this.remedy = remedy;
    this.status = status;
    this.attempts = attempts;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }
}
/** The request is wrong: the message names the value. Sending it again changes nothing. */
export class InvalidArgumentError extends EngramError {}
/** No key, an unknown one, or one whose scope does not reach. */
export class PermissionError extends EngramError {}
/** A space, an episode or an address that is not there. */
export class NotFoundError extends EngramError {}
/** The space has other settings, is read-only or damaged, or an idempotency key was used for something else. */
export class ConflictError extends EngramError {}
/** The server turned the request away to protect itself, and did so every time it was tried. */
export class BusyError extends EngramError {}
/** The server's disk is full or failed. */
export class StorageError extends EngramError {}
/** The server failed, or something on the way to it did. */
export class ServerError extends EngramError {}
/** There was no connection, or it broke, every time it was tried. */
export class ConnectionError extends EngramError {}
/** No answer within the time allowed. */
export class TimeoutError extends EngramError {}
/** The caller's own AbortSignal. */
export class CancelledError extends EngramError {}

type Class = new (failure: Failure) => EngramError;

/** Statuses that say "later". Every operation may be sent twice: writes carry an idempotency key. */
const LATER = new Set([429, 502, 503, 504]);
/** Codes of such an answer that waiting does not mend. */
const FINAL = new Set(["poisoned", "read_only"]);

const BY_STATUS: Record<number, Class> = {
  400: InvalidArgumentError,
  401: PermissionError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  413: InvalidArgumentError,
  414: InvalidArgumentError,
  415: InvalidArgumentError,
  422: InvalidArgumentError,
  429: BusyError,
  503: BusyError,
  507: StorageError,
};
/** A status says what to do, these codes say better. */
const BY_CODE: Record<string, Class> = {poisoned: StorageError, disk_full: StorageError};

/** The body of a refusal, and the last line of a stream that failed. */
export interface Told {
  error: {code: string; message: string; remedy: string};
}

export function isTold(value: object): value is Told {
  return "error" in value && typeof (value as Told).error?.code === "string";
}

/** Codes that end a stream for now only. */
const PASSING = new Set(["busy", "closed"]);

/** The error of a stream's last line. */
export function endedBy({error}: Told): EngramError {
  const retryable = PASSING.has(error.code);
  return new (retryable ? BusyError : ServerError)({...error, status: 0, attempts: 1, retryable});
}

/** The error of an answer that is none of 2xx. Bodies that are not engram's (a proxy's) keep their status. */
export function answered(
  status: number,
  body: string,
  attempts: number,
  retryAfter: string | null,
): EngramError {
  let told: {code?: unknown; message?: unknown; remedy?: unknown} = {};
  try {
    told = (JSON.parse(body) as {error?: typeof told}).error ?? {};
  } catch {
    // Not JSON: told stays empty.
  }
  const code = typeof told.code === "string" ? told.code : `http_${status}`;
  const Chosen = BY_CODE[code] ?? BY_STATUS[status] ?? (status < 500 ? InvalidArgumentError : ServerError);
  return new Chosen({
    message: typeof told.message === "string" ? told.message : `the server answered ${status}`,
    remedy: typeof told.remedy === "string" ? told.remedy : "look at the server's log",
    code,
    status,
    attempts,
    retryable: LATER.has(status) && !FINAL.has(code),
    retryAfter,
  });
}

const none = {status: 0} as const;

export const cancelled = (attempts: number) =>
  new CancelledError({
    ...none,
    attempts,
    message: "the call was cancelled",
    code: "cancelled",
    remedy: "none: the caller asked for it",
    retryable: false,
  });

export const timedOut = (attempts: number, timeoutMs: number) =>
  new TimeoutError({
    ...none,
    attempts,
    message: `no answer within ${timeoutMs} ms`,
    code: "timeout",
    remedy: "allow more time, or ask for less",
    retryable: true,
  });

export const broken = (attempts: number, url: string, cause: unknown) =>
  new ConnectionError(
    {
      ...none,
      attempts,
      message: `the connection to ${url} failed`,
      code: "connection",
      remedy: "check the address, and that the server runs",
      retryable: true,
    },
    cause,
  );
