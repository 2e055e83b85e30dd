// What the migrating application asks the server, over connections that are kept and bounded: a recall in each way, and
// the writes, each under an idempotency key. Nothing is tried again: what fails counts.
import {type Asked, type Client as Connections, connect, json} from "../systems/engram/server.ts";
import {WEAKENED_BY} from "./ledger.ts";
import type {Way} from "./rollout.ts";

export const SPACE = "passages";
/** As an application's pool would be; what does not fit waits at the client, and that wait counts. The server refuses
 *  what would wait for longer than a second there: a client that sends all it has to a busy one is told so. */
const CONNECTIONS_MAX = 128;
const PAGE = 1_000;
export const K = 10;

export interface EpisodeHeld {
  id: string;
  content: string;
  strength: number;
}

export class Client {
  readonly #connections: Connections;

  constructor(port: number) {
    this.#connections = connect(port, CONNECTIONS_MAX);
  }

  /** Bodies are made once per query and way: what is measured is the server. */
  static recallBody(way: Way, vector: readonly number[]): Buffer {
    const mode = way === "v2, blended" ? "blended" : "similar";
    return json(way === "v1, similar" ? {vector, k: K} : {cue: {kind: "vector", vector}, mode, k: K});
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
    await this.#ask("POST", `/v2/spaces/${SPACE}/forget`, json({ids: [id]}));
  }

  async consolidate(): Promise<{formed: number}> {
    return (await this.#ask("POST", `/v2/spaces/${SPACE}/consolidate`, json({tau: 0}))) as {
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
    this.#connections.close();
  }

  async #write(path: string, body: unknown, key: string): Promise<number> {
    const answer = await this.#ask("POST", path, json(body), key);
    return (answer as {sequence: number}).sequence;
  }

  async #ask(method: Asked["method"], path: string, body?: Buffer, key?: string): Promise<unknown> {
    const asked = {
      method,
      path,
      ...(body === undefined ? {} : {body}),
      ...(key === undefined ? {} : {key}),
    };
    return JSON.parse(String(await this.#connections.ask(asked)));
  }
}
