// Stands between a client and the server: counts what passes, and does to it what the suite asks.
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type {AddressInfo, Socket} from "node:net";
import {setTimeout as sleep} from "node:timers/promises";
import type {Fault, Traffic, Use} from "./case.ts";
import {newer} from "./newer.ts";

export class FaultProxy {
  #faults: Fault[] = [];
  #requests = 0;
  #abandoned = 0;
  #newer = false;
  #added = 0;
  #uses: Use[] = [];
  readonly #keys = new Set<string>();
  readonly #sockets = new Set<Socket>();
  readonly #agent = new Agent({keepAlive: true});
  readonly #server: Server;

  private constructor(readonly target: number) {
    this.#server = createServer((incoming, answer) => void this.#pass(incoming, answer));
  }

  /** In front of the server on loopback's port `target`. */
  static async start(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on, counting anew but for connections. */
  arm(faults: readonly Fault[]): void {
    this.#faults = [...faults];
    this.#requests = 0;
    this.#abandoned = 0;
    this.#keys.clear();
  }

  /** A new case: connections count anew. `newer`: answers have fields that no client knows. */
  reset(newer = false): void {
    this.arm([]);
    this.#newer = newer;
    this.#added = 0;
    this.#uses = [];
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** Answers that fields were added to, in this case. */
  get added(): number {
    return this.#added;
  }

  /** Requests that the server answered, in this case. */
  get uses(): readonly Use[] {
    return this.#uses;
  }

  /** Faults that no request came for. */
  get unused(): number {
    return this.#faults.length;
  }

  traffic(): Traffic {
    return {
      requests: this.#requests,
      keys: this.#keys.size,
      connections: this.#sockets.size,
      abandoned: this.#abandoned,
    };
  }

  async close(): Promise<void> {
    this.reset();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.#requests++;
    this.#keys.add(String(incoming.headers["idempotency-key"] ?? ""));
    this.#sockets.add(incoming.socket);
    const fault = this.#faults.shift();
    let broken = false;
    answer.on("close", () => {
      if (!answer.writableFinished && !broken) this.#abandoned++;
    });
    const breakOff = () => {
      broken = true;
      incoming.socket.destroy();
    };
    if (fault?.kind === "reset") return breakOff();
    if (fault?.kind === "status") {
      incoming.resume();
      answer.writeHead(fault.status, {
        "content-type": "application/json",
        ...(fault.retryAfter === undefined ? {} : {"retry-after": fault.retryAfter}),
      });
      answer.end(fault.body ?? JSON.stringify({error: {code: "busy", message: "planted", remedy: "wait"}}));
      return;
    }
    if (fault?.kind === "hold") await sleep(fault.ms);
    if (answer.destroyed) return;
    const outgoing = request({
      port: this.target,
      host: "127.0.0.1",
      agent: this.#agent,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    });
    outgoing.on("error", breakOff);
    answer.on("close", () => {
      if (!answer.writableFinished) outgoing.destroy();
    });
    outgoing.on("response", (come) => {
      this.#uses.push({
        method: incoming.method ?? "",
        path: (incoming.url ?? "").split("?", 1)[0] ?? "",
        status: come.statusCode ?? 0,
        warned: come.headers.deprecation !== undefined,
      });
      if (fault?.kind === "lost") {
        come.resume().on("end", breakOff);
        return;
      }
      const more = fault?.kind === "headers" ? fault.headers : {};
      if (this.#newer && /json/.test(come.headers["content-type"] ?? "")) {
        this.#added++;
        const {"content-length": _, ...headers} = come.headers;
        answer.writeHead(come.statusCode ?? 502, {...headers, ...more});
        newer(come, answer);
        return;
      }
      answer.writeHead(come.statusCode ?? 502, {...come.headers, ...more});
      if (fault?.kind === "cut") beginning(come, answer, fault.bytes, breakOff);
      else if (fault?.kind === "stall") beginning(come, answer, fault.bytes, () => {});
      else come.pipe(answer);
    });
    incoming.pipe(outgoing);
  }
}

/** The first bytes of an answer, then what `then` does. */
function beginning(come: IncomingMessage, answer: ServerResponse, bytes: number, then: () => void): void {
  let left = bytes;
  come.on("data", (piece: Buffer) => {
    if (left <= 0) return;
    answer.write(piece.subarray(0, left), () => {
      if (left <= 0) then();
    });
    left -= piece.length;
  });
  come.on("end", then);
}
