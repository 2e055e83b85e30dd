// Receives a body: bounded by the route's limit and by what all bodies together may take.
import type {IncomingMessage} from "node:http";
import {RefusedError} from "./error.ts";
import {BODIES_MAX_BYTES} from "./limits.ts";

export class Bodies {
  /** Bytes held of bodies that are not whole yet, over all connections. */
  held = 0;

  constructor(private readonly maxBytes = BODIES_MAX_BYTES) {}

  /** The whole body. Errors: RefusedError 413 over `limit`, 415 where it is encoded, 503 when too many arrive,
   *  499 when the client leaves. The rest of a refused body is not read: close the connection. */
  read(request: IncomingMessage, limit: number): Promise<Buffer> {
    const {"content-length": length, "content-encoding": encoding = "identity"} = request.headers;
    if (encoding !== "identity")
      return Promise.reject(
        new RefusedError(
          415,
          "unsupported_encoding",
          `the body is encoded as ${encoding}`,
          "send it as it is",
        ),
      );
    if (length !== undefined && Number(length) > limit) return Promise.reject(tooLarge(length, limit));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const settle = () => {
        this.held -= size;
        request.off("data", take).off("end", end).off("error", gone).off("close", gone).pause();
      };
      const refuse = (error: RefusedError) => {
        settle();
        reject(error);
      };
      const take = (chunk: Buffer) => {
        size += chunk.length;
        this.held += chunk.length;
        if (size > limit) refuse(tooLarge(`more than ${limit}`, limit));
        else if (this.held > this.maxBytes)
          refuse(
            new RefusedError(503, "busy", "too many bodies arrive at once", "try again after Retry-After", 1),
          );
        else chunks.push(chunk);
      };
      const end = () => {
        settle();
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
      };
      const gone = () =>
        refuse(new RefusedError(499, "cancelled", "the client left within the body", "send it again"));
      request.on("data", take).on("end", end).on("error", gone).on("close", gone);
    });
  }
}

function tooLarge(size: string, limit: number): RefusedError {
  return new RefusedError(413, "too_large", `the body has ${size} bytes`, `send at most ${limit} bytes`);
}
