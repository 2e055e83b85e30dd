// Who may call what: the one place where a request is let in or turned away.
import type {IncomingMessage} from "node:http";
import type {Audit} from "./audit.ts";
import {RefusedError} from "./error.ts";
import {ANYBODY, type Keys, type Principal} from "./keys.ts";
import type {Verb} from "./operation.ts";

/** Names under which a browser on this machine may reach a server without keys. Any other name could be an
 *  attacker's, pointed at the loopback address (DNS rebinding). */
const LOOPBACK_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

export class Gate {
  constructor(
    private readonly keys: Keys | undefined,
    private readonly audit: Audit,
  ) {}

  /** Errors: RefusedError 401 without a known key, 403 where its scope does not reach. */
  admit(request: IncomingMessage, verb: Verb, space: string | undefined): Principal {
    try {
      const principal = this.#permit(this.#identify(request), verb, space);
      this.audit.admitted(principal.id, verb, space, request);
      return principal;
    } catch (error) {
      this.audit.refused((error as RefusedError).code, verb, space, request);
      throw error;
    }
  }

  #permit(principal: Principal, verb: Verb, space: string | undefined): Principal {
    if (!principal.may(verb, space))
      throw new RefusedError(
        403,
        "forbidden",
        `the key may not ${verb}${space === undefined ? "" : ` in space "${space}"`}`,
        "use a key with that scope",
      );
    return principal;
  }

  #identify({headers}: IncomingMessage): Principal {
    if (this.keys !== undefined) return this.keys.verify(headers.authorization);
    if (!LOOPBACK_NAME.test(headers.host ?? ""))
      throw new RefusedError(403, "forbidden", `host "${headers.host}" is not this machine`, "use 127.0.0.1");
    return ANYBODY;
  }
}
