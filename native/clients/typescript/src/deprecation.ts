// What a server says of an operation that will go: since when, until when, and what takes its place (RFC 9745,
// RFC 8594).

/** One use of what is deprecated. */
export interface Deprecation {
  /** `POST /v1/spaces/notes/recall`. */
  operation: string;
  /** Since when; null where the server's date could not be read. */
  since: Date | null;
  /** It may not answer from then on; null where that is open. */
  sunset: Date | null;
  /** Address of what takes its place. */
  successor: string | null;
}

const MS_PER_S = 1_000;

function date(text: string | null): Date | null {
  const ms =
    text === null ? Number.NaN : text.startsWith("@") ? Number(text.slice(1)) * MS_PER_S : Date.parse(text);
  return Number.isFinite(ms) ? new Date(ms) : null;
}

/** Nothing where the answer warns of nothing. */
export function deprecationOf(headers: Headers, operation: string): Deprecation | undefined {
  const since = headers.get("deprecation");
  if (since === null) return undefined;
  const link = /<([^>]*)>\s*;[^,]*\brel="?successor-version"?/.exec(headers.get("link") ?? "");
  return {operation, since: date(since), sunset: date(headers.get("sunset")), successor: link?.[1] ?? null};
}
