// Snapshots in the server's care. A log that nobody replaces grows without end, and opening replays all of it: a space
// is written whole when the log behind its last snapshot is as large as that would be, and before another process
// takes over, which then opens it in the time of reading one file.
import type {Logger} from "pino";
import type {Space, Stats} from "../engine.ts";
import {COMPACTION_CHECK_MS, COMPACTION_LOG_BYTES, LOG_RETAIN_BYTES} from "./limits.ts";
import type {Spaces} from "./spaces.ts";

type Measure = Pick<Stats, "appendedBytes" | "logBytes" | "vectorBytes" | "indexBytes" | "writable">;

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
      for (const space of this.spaces) if (this.#due(space, all)) await this.#snapshot(space);
    });
    return this.#last;
  }

  #due(space: Space, all: boolean): boolean {
    const measure: Measure = space.stats();
    const fresh = measure.appendedBytes - (this.#taken.get(space) ?? 0);
    const worth = Math.max(this.leastBytes, measure.vectorBytes + measure.indexBytes);
    return measure.writable && fresh > 0 && (all || fresh >= worth);
  }

  async #snapshot(space: Space): Promise<void> {
    const {appendedBytes} = space.stats();
    const began = performance.now();
    try {
      await space.snapshot();
      this.#taken.set(space, appendedBytes);
      this.log.info({space: space.id, ms: Math.round(performance.now() - began)}, "snapshot");
    } catch (error) {
      this.log.error({err: error, space: space.id}, "no snapshot");
    }
  }
}
