// A client of engram's HTTP API. No packages: it needs fetch, and runs in Node, Deno, Bun and browsers.
//
//   const notes = new Client({url: "http://127.0.0.1:7700"}).space("notes");
//   await notes.make(3);
//   await notes.store({id: "a", embedding: [1, 0, 0], content: "to the east"});
//   const [nearest] = await notes.recall([1, 0.1, 0]);
export {Client, type ClientOptions, Space, type WriteOptions} from "./client.ts";
export type {Deprecation} from "./deprecation.ts";
export * from "./errors.ts";
export {Memory} from "./memory.ts";
export type * from "./memory-types.ts";
export type {RetryPolicy} from "./retry.ts";
export type {CallOptions, Effects} from "./transport.ts";
export type * from "./types.ts";
