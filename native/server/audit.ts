// The audit log: who was let in or turned away, and who changed what may not be changed lightly. Names and verbs
// only: no key, no body, no content.
import type {IncomingMessage} from "node:http";
import type {Logger} from "pino";
import type {Metrics} from "./metrics.ts";
import type {Verb} from "./operation.ts";

/** Verbs whose every use is written down. */
const AUDITED = new Set<Verb>(["admin", "forget"]);

interface Entry {
  verb: Verb;
  space: string | undefined;
  principal?: string;
  code?: string;
}

export class Audit {
  readonly #log: Logger;

  constructor(
    log: Logger,
    private readonly metrics: Metrics,
  ) {
    this.#log = log.child({audit: true});
  }

  admitted(principal: string, verb: Verb, space: string | undefined, request: IncomingMessage): void {
    if (AUDITED.has(verb)) this.#write("admitted", {principal, verb, space}, request);
  }

  refused(code: string, verb: Verb, space: string | undefined, request: IncomingMessage): void {
    this.#write("refused", {code, verb, space}, request);
  }

  #write(outcome: string, entry: Entry, request: IncomingMessage): void {
    this.metrics.audited(entry.verb, outcome);
    this.#log.info({...entry, outcome, method: request.method, from: request.socket.remoteAddress});
  }
}
