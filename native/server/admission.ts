// Admission control: a bounded number of requests runs, a bounded number waits, the rest is told at once to come
// back. Spaces take turns, so that one that floods its queue delays itself.
import {RefusedError} from "./error.ts";
import {ADMISSION} from "./limits.ts";
import type {Cost} from "./operation.ts";

export interface Limit {
  running: number;
  waiting: number;
  waitingPerSpace: number;
  waitMs: number;
}

/** Gives the place back; more than once is once. */
export type Release = () => void;

interface Waiter {
  admit(): void;
  gone: boolean;
}

/** One class of cost. */
class Lane {
  running = 0;
  waiting = 0;
  refused = 0;
  readonly #queues = new Map<string, Waiter[]>();

  constructor(
    private readonly cost: Cost,
    private readonly limit: Limit,
  ) {}

  tryEnter(): Release | undefined {
    return this.running < this.limit.running && this.waiting === 0 ? this.#start() : undefined;
  }

  enter(space: string, signal: AbortSignal): Release | Promise<Release> {
    const place = this.tryEnter();
    if (place !== undefined) return place;
    const queue = this.#queues.get(space) ?? [];
    if (this.waiting >= this.limit.waiting || queue.length >= this.limit.waitingPerSpace)
      throw this.#refusal(`${this.waiting} requests of class ${this.cost} wait already`);
    this.#queues.set(space, queue);
    return new Promise((resolve, reject) => {
      const leave = (reason: Error) => {
        if (waiter.gone) return;
        settle();
        reject(reason);
        this.#forget(space, waiter);
      };
      const abort = () => leave(new RefusedError(499, "cancelled", "the client is gone", "send it again"));
      const timer = setTimeout(
        () => leave(this.#refusal(`it waited ${this.limit.waitMs} ms for a place of class ${this.cost}`)),
        this.limit.waitMs,
      );
      const settle = () => {
        waiter.gone = true;
        this.waiting--;
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      };
      const waiter: Waiter = {
        gone: false,
        admit: () => {
          settle();
          resolve(this.#start());
        },
      };
      queue.push(waiter);
      this.waiting++;
      signal.addEventListener("abort", abort, {once: true});
    });
  }

  #start(): Release {
    this.running++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.running--;
      this.#next();
    };
  }

  /** The space at the head gives its first, and goes to the end: round robin. */
  #next(): void {
    const [space, queue] = this.#queues.entries().next().value ?? [];
    if (space === undefined || queue === undefined) return;
    this.#queues.delete(space);
    const waiter = queue.shift();
    if (queue.length > 0) this.#queues.set(space, queue);
    waiter?.admit();
  }

  #forget(space: string, waiter: Waiter): void {
    const queue = this.#queues.get(space);
    if (queue === undefined) return;
    const rest = queue.filter((other) => other !== waiter);
    if (rest.length > 0) this.#queues.set(space, rest);
    else this.#queues.delete(space);
  }

  #refusal(message: string): RefusedError {
    this.refused++;
    const retryAfterS = Math.max(1, Math.ceil(this.limit.waitMs / 1_000));
    return new RefusedError(429, "busy", message, "try again after Retry-After, with jitter", retryAfterS);
  }
}

export class Admission {
  readonly #lanes: Record<Cost, Lane>;

  constructor(limits: Record<Cost, Limit> = ADMISSION) {
    this.#lanes = Object.fromEntries(
      Object.entries(limits).map(([cost, limit]) => [cost, new Lane(cost as Cost, limit)]),
    ) as Record<Cost, Lane>;
  }

  /** A place at once or after a wait. Errors: RefusedError 429 when the queue is full or the wait was too long. */
  enter(cost: Cost, space: string, signal: AbortSignal): Release | Promise<Release> {
    return this.#lanes[cost].enter(space, signal);
  }

  /** A place if there is one at once. */
  tryEnter(cost: Cost): Release | undefined {
    return this.#lanes[cost].tryEnter();
  }

  running(cost: Cost): number {
    return this.#lanes[cost].running;
  }

  /** Running, waiting and refused so far, by class. */
  *[Symbol.iterator](): Iterator<{cost: Cost; running: number; waiting: number; refused: number}> {
    for (const [cost, {running, waiting, refused}] of Object.entries(this.#lanes))
      yield {cost: cost as Cost, running, waiting, refused};
  }
}
