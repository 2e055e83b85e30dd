// Plain recalls served by a thread of the core, on connections that this process accepted (native/core/listener says
// what is plain). Every other request gives its connection back.
import {now} from "./errors.ts";
import {type NativeListener, native} from "./native.ts";
import type {Space} from "./space.ts";

export interface RecallListenerOptions {
  /** Content types of a vector in bytes, of hits in bytes, and of hits in JSON. */
  types: {vector: string; hits: string; json: string};
  /** Header lines of every answer, each with its line end. */
  fields: string;
  connectionsMax: number;
  /** A connection that asks nothing is closed: at its beginning, and between two requests. */
  firstRequestMs: number;
  idleMs: number;
  /** So is one whose reader takes nothing. */
  stalledMs: number;
  /** Two recalls of a space in a row that took longer send its next `restRequests` to a second thread. */
  longRecallUs: number;
  restRequests: number;
}

export class RecallListener {
  readonly #native: NativeListener;

  /** `handedBack` gets each connection that is this process's again, by its descriptor, with the bytes that were read
   *  of it and not answered. Errors: StorageError where the system has no more descriptors or threads. */
  constructor(
    options: RecallListenerOptions,
    private readonly handedBack: (fd: number, bytes: Buffer) => void,
  ) {
    const {types, fields, connectionsMax, firstRequestMs, idleMs, stalledMs, longRecallUs, restRequests} =
      options;
    const {Listener} = native();
    this.#native = now(
      () =>
        new Listener(
          types.vector,
          types.hits,
          types.json,
          fields,
          connectionsMax,
          firstRequestMs,
          idleMs,
          stalledMs,
          longRecallUs,
          restRequests,
          () => this.#takeBack(),
        ),
    );
  }

  #takeBack(): void {
    const back = this.#native.handedBack();
    for (let i = 0; i < back.length; i += 2) this.handedBack(back[i] as number, back[i + 1] as Buffer);
  }

  /** Serves recalls of the space from now on. */
  open(space: Space): void {
    space.openTo(this.#native);
  }

  /** Gives them back from now on. */
  shut(name: string): void {
    this.#native.shut(name);
  }

  /** Takes a connection over by a copy of its descriptor: close your own. False when it is not taken. */
  adopt(fd: number): boolean {
    return this.#native.adopt(fd);
  }

  get connections(): number {
    return this.#native.connections();
  }

  /** Seconds of each request that was answered since the last call. */
  served(): Float32Array {
    return this.#native.served();
  }

  /** Answers what is under way, gives every connection back, ends its threads. */
  stop(): void {
    this.#native.stop();
    this.#takeBack();
  }
}
