// Snapshots in the server's care. A log that nobody replaces grows without end, and opening replays all of it: a space
// is written whole when the log behind its last snapshot is as large as that would be, and before another process
// takes over, which then opens it in the time of reading one file.
import type {Logger} from "pino";
import type {Space} from "../engine.ts";
import {COMPACTION_CHECK_MS, COMPACTION_LOG_BYTES, LOG_RETAIN_BYTES} from "./limits.ts";
import type {Spaces} from "./spaces.ts";

export class Compaction {
  /** Bytes appended to a space when its last snapshot was taken: below zero where an earlier process wrote some. */
  readonly #taken = new WeakMap<Space, number>();
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly spaces: Spaces,
    private readonly log: Logger,
    private readonly leastBytes: number = COMPACTION_LOG_BYTES,
  ) {
    spaces.whenOpened((space) => {
      // What the log holds beyond what is kept for watchers, no snapshot has replaced.
      if (!this.#taken.has(space))
        this.#taken.set(space, Math.min(0, LOG_RETAIN_BYTES - space.stats().logBytes));
    });
  }

  start(): void {
    this.#timer = setInterval(() => void this.run(), COMPACTION_CHECK_MS).unref();
  }

  /** Resolves when no snapshot is under way; none begins any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
  }

  /** Snapshots of all spaces whose log is long enough, one after the other; `all`: of those with anything new. One that
   *  fails is logged, and tried again the next time. */
  run({all = false} = {}): Promise<void> {
    this.#last = this.#last.then(async () => {
      for (const space of this.spaces) await this.#tend(space, all);
    });
    return this.#last;
  }

  async #tend(space: Space, all: boolean): Promise<void> {
    const began = performance.now();
    try {
      const {appendedBytes, vectorBytes, indexBytes, writable} = space.stats();
      const fresh = appendedBytes - (this.#taken.get(space) ?? 0);
      const due = all || fresh >= Math.max(this.leastBytes, vectorBytes + indexBytes);
      if (!writable || fresh <= 0 || !due) return;
      await space.snapshot();
      this.#taken.set(space, appendedBytes);
      this.log.info({space: space.id, ms: Math.round(performance.now() - began)}, "snapshot");
    } catch (error) {
      this.log.error({err: error, space: space.id}, "no snapshot");
    }
  }
}
