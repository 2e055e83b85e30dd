// Whether a read of one space runs in the serving thread or in the pool: in the thread while that is short.
import {IN_THREAD_MAX_MS, IN_THREAD_REST_REQUESTS} from "./limits.ts";

export class InThread {
  /** Requests that go to the pool, since two in a row took too long in this thread. */
  #resting = 0;
  /** The last one took too long: the machine had other work, or reads here are long. */
  #slow = false;

  /** Asked once for each request. */
  may(): boolean {
    if (this.#resting === 0) return true;
    this.#resting--;
    return false;
  }

  /** Does it in this thread and keeps in mind how long that took. */
  run<T>(read: () => T): T {
    const began = performance.now();
    const value = read();
    const slow = performance.now() - began > IN_THREAD_MAX_MS;
    if (slow && this.#slow) this.#resting = IN_THREAD_REST_REQUESTS;
    this.#slow = slow;
    return value;
  }
}

/** One for each of what is asked, kept as long as that is. */
export class Threads<Asked extends object> {
  readonly #threads = new WeakMap<Asked, InThread>();

  of(asked: Asked): InThread {
    const known = this.#threads.get(asked);
    if (known !== undefined) return known;
    const thread = new InThread();
    this.#threads.set(asked, thread);
    return thread;
  }
}
