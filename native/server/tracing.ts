// Traces of requests: what the server tells a tracer, and nothing of who that is. Off, it costs one comparison.
import type {IncomingMessage, ServerResponse} from "node:http";
import type {Version} from "./operation.ts";

/** What a request is about, with neither ids nor content. */
export interface Asked {
  operation: string;
  version: Version;
  method: string;
  /** As declared: `/spaces/{space}/recall`. */
  path: string;
  space: string;
}

/** One request that is traced. */
export interface Traced {
  /** Does the work as a part of the request with a beginning and an end. */
  during<T>(phase: Phase, work: () => T): T;
  /** Ends it, where it has no response that ends it. */
  end(error?: unknown): void;
}

/** `receive`: the body comes and is checked. `wait`: for a place in the queue of its cost. `engine`: the work itself. */
export type Phase = "receive" | "wait" | "engine";

export interface Tracing {
  /** Ends with the response, where there is one. */
  begin(request: IncomingMessage, response: ServerResponse | undefined, asked: Asked): Traced;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

/** The work, as a phase of what is traced; just the work where nothing is. */
export function during<T>(traced: Traced | undefined, phase: Phase, work: () => T): T {
  return traced === undefined ? work() : traced.during(phase, work);
}
