// Lines in and out of an HTTP message (NDJSON): read as they come, written as fast as the reader takes them.
import {once} from "node:events";
import type {IncomingMessage, ServerResponse} from "node:http";
import {RefusedError, refusal} from "./error.ts";
import {parseJson} from "./json.ts";
import {LINE_HEARTBEAT_MS, LINE_MAX_BYTES, STALLED_READER_MS} from "./limits.ts";

export const NDJSON_TYPE = "application/x-ndjson";
const NEWLINE = 0x0a;
const CUT_SHORT = new RefusedError(503, "closed", "the server ends this stream", "resume it in a moment");

/** Groups of parsed lines that arrived together. Errors: a line longer than LINE_MAX_BYTES or not JSON. */
export async function* readLines(request: IncomingMessage): AsyncGenerator<unknown[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE);
    rest = bytes.subarray(end + 1);
    if (rest.length > LINE_MAX_BYTES)
      throw new RefusedError(
        413,
        "too_large",
        "a line is too long",
        `send lines of at most ${LINE_MAX_BYTES} bytes`,
      );
    if (end !== -1) yield parsed(bytes.subarray(0, end));
  }
  if (rest.length > 0) yield parsed(rest);
}

function parsed(bytes: Buffer): unknown[] {
  const lines: unknown[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (line.length > 1 || (line.length === 1 && line[0] !== 0x0d)) lines.push(parseJson(line));
    start = end + 1;
  }
  return lines;
}

/** Writes each answer as a line; waits where the reader is slow and gives up where it takes nothing at all. An
 *  error after the first line is the last line. Where nothing is to be told for long, an empty line says that the
 *  server is there. */
export async function writeLines(
  response: ServerResponse,
  answers: AsyncIterable<unknown>,
  signal: AbortSignal,
  heartbeatMs = LINE_HEARTBEAT_MS,
): Promise<void> {
  response.setHeader("content-type", NDJSON_TYPE);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain && !response.destroyed) response.write("\n");
  }, heartbeatMs);
  try {
    for await (const answer of answers) {
      if (signal.aborted) break;
      if (!response.write(`${JSON.stringify(answer)}\n`)) await drained(response, signal);
    }
    // Without this line a reader could take what came for all there is.
    if (signal.aborted && !response.destroyed) response.write(`${JSON.stringify(refusal(CUT_SHORT).body)}\n`);
  } catch (error) {
    if (!response.headersSent) throw error;
    if (!signal.aborted) response.write(`${JSON.stringify(refusal(error).body)}\n`);
  } finally {
    clearInterval(heartbeat);
  }
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const stalled = setTimeout(() => response.destroy(), STALLED_READER_MS);
  try {
    await once(response, "drain", {signal});
  } catch {
    // The reader is gone: the loop ends at its next look at the signal.
  } finally {
    clearTimeout(stalled);
  }
}
