// One call over HTTP: attempts, timeouts, cancellation. Connections are kept and used again by fetch itself.
import {type Deprecation, deprecationOf} from "./deprecation.ts";
import {answered, broken, cancelled, EngramError, endedBy, isTold, type Told, timedOut} from "./errors.ts";
import {ndjson} from "./ndjson.ts";
import {RETRY_DEFAULT, type RetryPolicy, waitMs} from "./retry.ts";

export interface CallOptions {
  /** Cancels the call, also while it waits or streams. */
  signal?: AbortSignal;
  /** For each attempt: until the answer's head has come, and for streams between two pieces. */
  timeoutMs?: number;
  /** Names a write: sent again under the same name it has its effect once. Made up where absent. */
  idempotencyKey?: string;
}

export interface Effects {
  fetch: typeof fetch;
  /** Ends early, without an error, when the signal is aborted. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  uniform: () => number;
  nowMs: () => number;
}

export interface TransportOptions {
  /** `http://127.0.0.1:7700`. */
  url: string;
  /** `engram_…`; absent for a server without keys. */
  key?: string;
  timeoutMs?: number;
  retry?: Partial<RetryPolicy>;
  /** Called for each answer of an operation that is deprecated. */
  onDeprecated?: (warning: Deprecation) => void;
  effects?: Partial<Effects>;
}

export interface Request {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** With its leading slash and version. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** JSON, or bytes with their content type. */
  body?: unknown;
  bytes?: {type: string; data: Uint8Array<ArrayBuffer>};
  accept?: string;
  /** A write: carries an idempotency key. */
  write?: boolean;
}

const TIMEOUT_DEFAULT_MS = 30_000;

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

export class Transport {
  readonly #url: string;
  readonly #key: string | undefined;
  readonly #timeoutMs: number;
  readonly #retry: RetryPolicy;
  readonly #onDeprecated: ((warning: Deprecation) => void) | undefined;
  readonly #effects: Effects;

  constructor({url, key, timeoutMs = TIMEOUT_DEFAULT_MS, retry, onDeprecated, effects}: TransportOptions) {
    this.#url = url.replace(/\/+$/, "");
    this.#key = key;
    this.#timeoutMs = timeoutMs;
    this.#retry = {...RETRY_DEFAULT, ...retry};
    this.#onDeprecated = onDeprecated;
    this.#effects = {fetch, sleep, uniform: Math.random, nowMs: Date.now, ...effects};
  }

  /** The answer's JSON. Errors: an EngramError by its status, ConnectionError, TimeoutError, CancelledError. */
  async json<T>(request: Request, options: CallOptions = {}): Promise<T> {
    return this.#call(request, options, async (response) => (await response.json()) as T);
  }

  async bytes(request: Request, options: CallOptions = {}): Promise<ArrayBuffer> {
    return this.#call(request, options, (response) => response.arrayBuffer());
  }

  /**
   * Pieces of the answer's body as they come; leaving the loop early ends the request. Only its beginning is
   * tried again: going on is the caller's, who knows what was seen.
   */
  async *stream(request: Request, options: CallOptions = {}): AsyncGenerator<Uint8Array> {
    const ending = new AbortController();
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    let silent = false;
    let watchdog: NodeJS.Timeout | undefined;
    const fed = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        silent = true;
        ending.abort();
      }, timeoutMs);
    };
    const signal = either(options.signal, ending.signal);
    try {
      const response = await this.#call(request, {...options, signal}, async (answer) => answer, false);
      fed();
      for await (const piece of response.body ?? []) {
        fed();
        yield piece;
      }
    } catch (error) {
      if (options.signal?.aborted) throw cancelled(1);
      if (silent) throw timedOut(1, timeoutMs);
      throw error instanceof EngramError ? error : broken(1, this.#url, error);
    } finally {
      clearTimeout(watchdog);
      ending.abort();
    }
  }

  /**
   * Values of an answer of lines. Where it breaks off it is asked for again: `request` gets the last value that
   * came, to begin behind it.
   */
  async *lines<T extends object>(
    request: (last: T | undefined) => Request,
    options: CallOptions = {},
  ): AsyncGenerator<T> {
    let last: T | undefined;
    for (let failures = 1; ; failures++) {
      try {
        for await (const value of ndjson<T | Told>(this.stream(request(last), options))) {
          if (isTold(value)) throw endedBy(value);
          failures = 0;
          last = value;
          yield value;
        }
        return;
      } catch (error) {
        const over = failures > this.#retry.retries || !(error instanceof EngramError && error.retryable);
        if (over || error.attempts > this.#retry.retries) throw error;
        await this.#pause(failures, error, options.signal);
      }
    }
  }

  /** `whole`: the timeout covers the body too. */
  async #call<T>(
    request: Request,
    {signal, timeoutMs = this.#timeoutMs, idempotencyKey}: CallOptions,
    read: (response: Response) => Promise<T>,
    whole = true,
  ): Promise<T> {
    const url = this.#address(request);
    const init = {
      method: request.method,
      headers: this.#headers(request, idempotencyKey),
      body: request.bytes?.data ?? (request.body === undefined ? null : JSON.stringify(request.body)),
    };
    for (let attempt = 1; ; attempt++) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), timeoutMs);
      try {
        if (signal?.aborted) throw cancelled(attempt - 1);
        const response = await this.#effects.fetch(url, {...init, signal: either(signal, limit.signal)});
        this.#warn(request, response);
        if (!response.ok)
          throw answered(
            response.status,
            await response.text(),
            attempt,
            response.headers.get("retry-after"),
          );
        if (!whole) clearTimeout(timer);
        return await read(response);
      } catch (thrown) {
        const error = signal?.aborted
          ? cancelled(attempt)
          : limit.signal.aborted
            ? timedOut(attempt, timeoutMs)
            : thrown instanceof EngramError
              ? thrown
              : broken(attempt, this.#url, thrown);
        if (!error.retryable || attempt > this.#retry.retries) throw error;
        clearTimeout(timer);
        await this.#pause(attempt, error, signal);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  #warn({method, path}: Request, {headers}: Response): void {
    const warning = this.#onDeprecated && deprecationOf(headers, `${method} ${path}`);
    if (warning !== undefined) this.#onDeprecated?.(warning);
  }

  #pause(failures: number, {retryAfter}: EngramError, signal: AbortSignal | undefined): Promise<void> {
    const {uniform, nowMs, sleep} = this.#effects;
    return sleep(waitMs(Math.max(1, failures), this.#retry, retryAfter, uniform, nowMs()), signal);
  }

  #address({path, query = {}}: Request): string {
    const words = Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    return `${this.#url}${path}${words.length === 0 ? "" : `?${words.join("&")}`}`;
  }

  #headers(
    {body, bytes, accept, write}: Request,
    idempotencyKey: string | undefined,
  ): Record<string, string> {
    const key = idempotencyKey ?? (write ? crypto.randomUUID() : undefined);
    return {
      ...(this.#key === undefined ? {} : {authorization: `Bearer ${this.#key}`}),
      ...(body === undefined ? {} : {"content-type": "application/json"}),
      ...(bytes === undefined ? {} : {"content-type": bytes.type}),
      ...(accept === undefined ? {} : {accept}),
      ...(key === undefined ? {} : {"idempotency-key": key}),
    };
  }
}

function either(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one === undefined ? other : AbortSignal.any([one, other]);
}
