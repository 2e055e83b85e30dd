// Reads a JSON body: UTF-8 that is UTF-8, and no deeper than what the API knows.
import {isUtf8} from "node:buffer";
import {RefusedError} from "./error.ts";
import {JSON_DEPTH_MAX} from "./limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Depth of nesting, counted without parsing: a hostile body is refused before it costs memory. */
function deeperThan(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (quoted) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (++depth > limit) return true;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
  }
  return false;
}

function malformed(message: string, remedy: string): RefusedError {
  return new RefusedError(400, "invalid_argument", message, remedy);
}

/** Errors: bytes that are not UTF-8, not JSON, or nested deeper than JSON_DEPTH_MAX. */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw malformed("the body is not UTF-8", "send JSON as UTF-8");
  if (deeperThan(bytes, JSON_DEPTH_MAX))
    throw malformed(`the body is nested deeper than ${JSON_DEPTH_MAX}`, "send flat attributes");
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw malformed(`the body is not JSON: ${(error as Error).message}`, "send one JSON value");
  }
}
