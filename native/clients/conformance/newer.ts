// An answer as a newer server would give it: every object has a field more, at every depth. Attributes are the
// caller's own and stay as they are.
import type {IncomingMessage, ServerResponse} from "node:http";
import {createInterface} from "node:readline";

/** Of every type, so that none is taken for something known. */
const UNKNOWN = {unheard_of: {deep: [1, null, "x", {}]}, unheard_of_too: null};

/** The same value with unknown fields in each object. */
export function withUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnknown);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, one]) => [
    name,
    name === "attributes" ? one : withUnknown(one),
  ]);
  return {...UNKNOWN, ...Object.fromEntries(fields)};
}

/** Passes on an answer of JSON, whole or in lines, with unknown fields. */
export function newer(come: IncomingMessage, answer: ServerResponse): void {
  come.on("error", () => answer.destroy());
  if (/ndjson/.test(come.headers["content-type"] ?? "")) {
    const lines = createInterface({input: come});
    lines.on("error", () => {}); // the same once more
    lines.on("line", (line) =>
      answer.write(line === "" ? "\n" : `${JSON.stringify(withUnknown(JSON.parse(line)))}\n`),
    );
    lines.on("close", () => answer.end());
    return;
  }
  const pieces: Buffer[] = [];
  come.on("data", (piece: Buffer) => pieces.push(piece));
  come.on("end", () => answer.end(JSON.stringify(withUnknown(JSON.parse(Buffer.concat(pieces).toString())))));
}
