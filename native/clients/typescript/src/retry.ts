// When a failed attempt is worth another, and how long to wait for it: exponential, with full jitter so that
// clients turned away together do not come back together (Brooker, "Exponential Backoff And Jitter", 2015).

export interface RetryPolicy {
  /** Attempts after the first. */
  retries: number;
  /** The longest wait before the second attempt; it doubles with each. */
  baseMs: number;
  /** No wait is longer. */
  maxMs: number;
}

export const RETRY_DEFAULT: RetryPolicy = {retries: 4, baseMs: 50, maxMs: 5_000};

/** Milliseconds to wait after the `attempt`-th failure (1, 2, …). `retryAfter`: the header, in seconds or as an
 *  HTTP date; it is obeyed, jitter comes on top. `uniform` in [0, 1). */
export function waitMs(
  attempt: number,
  {baseMs, maxMs}: RetryPolicy,
  retryAfter: string | null,
  uniform: () => number,
  nowMs: number,
): number {
  const jitter = uniform() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  if (retryAfter === null) return jitter;
  const seconds = Number(retryAfter);
  const asked = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(retryAfter) - nowMs;
  return (Number.isFinite(asked) ? Math.max(0, Math.min(asked, maxMs)) : 0) + jitter;
}
