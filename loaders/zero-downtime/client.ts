// What the migrating application asks the server, over connections that are kept and bounded: a recall in each way, and
// the writes, each under an idempotency key. Nothing is tried again: what fails counts.
import {Agent, request} from "node:http";
import {WEAKENED_BY} from "./ledger.ts";
import type {Way} from "./rollout.ts";

const SPACE = "passages";
const LOOPBACK = "127.0.0.1";
/** As an application's pool would be; what does not fit waits at the client, and that wait counts. The server refuses
 *  what would wait for longer than a second there: a client that sends all it has to a busy one is told so. */
const CONNECTIONS_MAX = 128;
const JSON_TYPE = "application/json";
const PAGE = 1_000;
export const K = 10;

/** The server answered, but not as asked. Its name is what the record says of it. */
export class AnswerError extends Error {
  constructor(status: number, text: string) {
    super(text);
    this.name = `status ${status}`;
  }
}

export interface EpisodeHeld {
  id: string;
  content: string;
  strength: number;
}

export class Client {
  readonly #agent = new Agent({keepAlive: true, maxSockets: CONNECTIONS_MAX, noDelay: true});

  constructor(private readonly port: number) {}

  /** Bodies are made once per query and way: what is measured is the server. */
  static recallBody(way: Way, vector: readonly number[]): Buffer {
    const mode = way === "v2, blended" ? "blended" : "similar";
    return Buffer.from(
      JSON.stringify(way === "v1, similar" ? {vector, k: K} : {cue: {kind: "vector", vector}, mode, k: K}),
    );
  }

  /** Ids, best first. */
  async recall(way: Way, body: Buffer): Promise<string[]> {
    const version = way === "v1, similar" ? "v1" : "v2";
    const {hits} = (await this.#ask("POST", `/${version}/spaces/${SPACE}/recall`, body)) as {
      hits: {id?: string}[];
    };
    return hits.flatMap(({id}) => (id === undefined ? [] : [id]));
  }

  async store(
    version: "v1" | "v2",
    episode: {id: string; at: number; content: string; embedding: readonly number[]},
    key: string,
  ): Promise<number> {
    return this.#write(`/${version}/spaces/${SPACE}/episodes`, episode, key);
  }

  /** Not repeatable without its key: each time halves. */
  async weaken(version: "v1" | "v2", id: string, key: string): Promise<number> {
    return this.#write(`/${version}/spaces/${SPACE}/forget`, {ids: [id], weaken: WEAKENED_BY}, key);
  }

  async read(version: "v1" | "v2", id: string): Promise<EpisodeHeld> {
    return (await this.#ask("GET", `/${version}/spaces/${SPACE}/episodes/${id}`)) as EpisodeHeld;
  }

  async forget(id: string): Promise<void> {
    await this.#ask("DELETE", `/v2/spaces/${SPACE}/episodes/${id}`);
  }

  async consolidate(): Promise<{formed: number}> {
    return (await this.#ask("POST", `/v2/spaces/${SPACE}/consolidate`, Buffer.from('{"tau": 0}'))) as {
      formed: number;
    };
  }

  /** Everything that is held, page by page. */
  async scan(): Promise<EpisodeHeld[]> {
    const all: EpisodeHeld[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page = (await this.#ask(
        "GET",
        `/v2/spaces/${SPACE}/episodes?limit=${PAGE}&after=${encodeURIComponent(after)}`,
      )) as {episodes: EpisodeHeld[]; next: string | null};
      all.push(...page.episodes);
      after = page.next;
    }
    return all;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #write(path: string, body: unknown, key: string): Promise<number> {
    const answer = await this.#ask("POST", path, Buffer.from(JSON.stringify(body)), key);
    return (answer as {sequence: number}).sequence;
  }

  #ask(method: "GET" | "POST" | "DELETE", path: string, body?: Buffer, key?: string): Promise<unknown> {
    const headers = {
      ...(body === undefined ? {} : {"content-type": JSON_TYPE, "content-length": body.length}),
      ...(key === undefined ? {} : {"idempotency-key": key}),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        {host: LOOPBACK, port: this.port, agent: this.#agent, method, path, headers},
        (come) => {
          const pieces: Buffer[] = [];
          come.on("data", (piece: Buffer) => pieces.push(piece));
          come.on("error", reject);
          come.on("end", () => {
            const text = String(Buffer.concat(pieces));
            if (come.statusCode !== 200) reject(new AnswerError(come.statusCode ?? 0, text));
            else resolve(JSON.parse(text));
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

export {SPACE};
