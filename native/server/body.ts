// Receives a body: bounded by the route's limit and by what all bodies together may take.
import type {IncomingMessage} from "node:http";
import {RefusedError} from "./error.ts";
import {BODIES_MAX_BYTES} from "./limits.ts";

/** One body that comes. */
class Reception {
  size = 0;
  over = false;
  first: Buffer | undefined;
  rest: Buffer[] | undefined;

  constructor(
    readonly bodies: Bodies,
    readonly limit: number,
    readonly resolve: (whole: Buffer) => void,
    readonly reject: (error: RefusedError) => void,
  ) {}
}

const RECEPTION = Symbol("reception");
type Receiving = IncomingMessage & {[RECEPTION]: Reception};

// The same four listeners for every request: made anew for each they would cost a short request more than its body.
function take(this: Receiving, chunk: Buffer): void {
  const reception = this[RECEPTION];
  if (reception.over) return;
  const {bodies, limit} = reception;
  reception.size += chunk.length;
  bodies.held += chunk.length;
  if (reception.size > limit) refuse(this, tooLarge(`more than ${limit}`, limit));
  else if (bodies.held > bodies.maxBytes)
    refuse(
      this,
      new RefusedError(503, "busy", "too many bodies arrive at once", "try again after Retry-After", 1),
    );
  else if (reception.first === undefined) reception.first = chunk;
  else if (reception.rest === undefined) reception.rest = [reception.first, chunk];
  else reception.rest.push(chunk);
}

function end(this: Receiving): void {
  const reception = this[RECEPTION];
  if (reception.over) return;
  settle(reception);
  const {first, rest, size} = reception;
  reception.resolve(rest === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(rest, size));
}

function gone(this: Receiving): void {
  if (!this[RECEPTION].over)
    refuse(this, new RefusedError(499, "cancelled", "the client left within the body", "send it again"));
}

function settle(reception: Reception): void {
  reception.over = true;
  reception.bodies.held -= reception.size;
}

function refuse(request: Receiving, error: RefusedError): void {
  const reception = request[RECEPTION];
  settle(reception);
  reception.first = undefined;
  reception.rest = undefined;
  request.off("data", take).pause();
  reception.reject(error);
}

export class Bodies {
  /** Bytes held of bodies that are not whole yet, over all connections. */
  held = 0;

  constructor(readonly maxBytes = BODIES_MAX_BYTES) {}

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
      (request as Receiving)[RECEPTION] = new Reception(this, limit, resolve, reject);
      request.on("data", take).on("end", end).on("error", gone).on("close", gone);
    });
  }
}

function tooLarge(size: string, limit: number): RefusedError {
  return new RefusedError(413, "too_large", `the body has ${size} bytes`, `send at most ${limit} bytes`);
}
