// What each space may take: episodes, bytes of its log, requests per second. One space's appetite is no other's
// hunger. Kept in a file beside the spaces, written whole or not at all.
import {existsSync, readFileSync, renameSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {type Static, Type} from "@sinclair/typebox";
import type {Space} from "../engine.ts";
import {RefusedError} from "./error.ts";
import {Quota} from "./schemas.ts";
import {checkBody} from "./validator.ts";

const checkFile = checkBody(Type.Record(Type.String(), Quota));
/** No space's name has a dot. */
const FILE = "quotas.json";
/** Requests that may come at once, in seconds of the rate. */
const BURST_S = 1;
const MS_PER_S = 1_000;

type Limits = Static<typeof Quota>;

/** A token bucket. */
interface Bucket {
  tokens: number;
  filledMs: number;
}

export class Quotas {
  readonly #quotas: Map<string, Limits>;
  readonly #buckets = new Map<string, Bucket>();
  readonly #path: string;

  constructor(
    directory: string,
    private readonly clock: () => number,
  ) {
    this.#path = join(directory, FILE);
    const kept = existsSync(this.#path) ? checkFile(JSON.parse(readFileSync(this.#path, "utf8"))) : {};
    this.#quotas = new Map(Object.entries(kept));
  }

  readonly #watchers: ((space: string) => void)[] = [];

  /** Called with the name of every space whose quota is set from now on. */
  whenSet(watcher: (space: string) => void): void {
    this.#watchers.push(watcher);
  }

  get(space: string): Limits | undefined {
    return this.#quotas.get(space);
  }

  set(space: string, quota: Limits): void {
    this.#quotas.set(space, quota);
    writeFileSync(`${this.#path}.tmp`, JSON.stringify(Object.fromEntries(this.#quotas), null, 2), {
      flush: true,
    });
    renameSync(`${this.#path}.tmp`, this.#path);
    for (const watcher of this.#watchers) watcher(space);
  }

  /** Counts one request. Errors: RefusedError 429 when the space asks faster than it may. */
  count(space: string): void {
    const rate = this.#quotas.get(space)?.requestsPerS;
    if (rate === undefined) return;
    const now = this.clock();
    const most = Math.max(1, rate * BURST_S);
    const bucket = this.#buckets.get(space) ?? {tokens: most, filledMs: now};
    this.#buckets.set(space, bucket);
    const elapsedS = Math.max(0, now - bucket.filledMs) / MS_PER_S;
    bucket.tokens = Math.min(most, bucket.tokens + elapsedS * rate);
    bucket.filledMs = now;
    if (bucket.tokens < 1)
      throw new RefusedError(
        429,
        "quota_exceeded",
        `space "${space}" may ask ${rate} times per second`,
        "ask more slowly, or have its quota raised",
        Math.max(1, Math.ceil((1 - bucket.tokens) / rate)),
      );
    bucket.tokens--;
  }

  /** Errors: RefusedError 403 when the space is full. Writes under way at the same time may exceed it by themselves. */
  room(space: Space): void {
    const quota = this.#quotas.get(space.id);
    if (quota === undefined) return;
    const {episodes, logBytes} = space.stats();
    for (const [what, most, has] of [
      ["episodes", quota.episodes, episodes],
      ["bytes of log", quota.logBytes, logBytes],
    ] as const)
      if (most !== undefined && has >= most)
        throw new RefusedError(
          403,
          "quota_exceeded",
          `space "${space.id}" has ${has} ${what} and may have ${most}`,
          "forget something and take a snapshot, or have its quota raised",
        );
  }
}
