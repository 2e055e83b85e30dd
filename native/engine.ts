// The typed face of engram: one class per noun, typed arrays in and out, work off the main thread, errors as
// classes with a code and a remedy. Contract: engine.md.
import {positive} from "./engine/checks.ts";
import {now, settle} from "./engine/errors.ts";
import {type NativeEngine, native} from "./engine/native.ts";
import {Space} from "./engine/space.ts";
import type {Durability} from "./engine/types.ts";

export {
  ConflictError,
  DamagedError,
  EngramError,
  InvalidArgumentError,
  NotFoundError,
  StorageError,
} from "./engine/errors.ts";
export {Hits} from "./engine/hits.ts";
export {Space} from "./engine/space.ts";
export {startTrace, type Trace} from "./engine/trace.ts";
export type {
  Attributes,
  Cue,
  Durability,
  Edge,
  EdgeBatch,
  Episode,
  EpisodeBatch,
  EpisodeInput,
  Fan,
  Reaching,
  Spreading,
  Stats,
} from "./engine/types.ts";

/** A directory of spaces, open in one process at a time. */
export class Engine {
  readonly #native: NativeEngine;
  readonly #durability: Durability;

  private constructor(handle: NativeEngine, durability: Durability) {
    this.#native = handle;
    this.#durability = durability;
  }

  /** Opens or makes the directory. Throws ConflictError when another engine has it. */
  static async open(
    directory: string,
    {durability = "group"}: {durability?: Durability} = {},
  ): Promise<Engine> {
    const {Engine: Handle} = native();
    return new Engine(
      now(() => new Handle(directory)),
      durability,
    );
  }

  /** Opens the space or makes it. Throws ConflictError when it has another dimension. */
  async space(id: string, {dimension}: {dimension: number}): Promise<Space> {
    const handle = await settle(() => this.#native.space(id, positive(dimension, "dimension")));
    return new Space(handle, id, dimension, this.#durability);
  }

  spaces(): string[] {
    return now(() => this.#native.spaces());
  }

  /** Syncs and closes every space. */
  async close(): Promise<void> {
    await settle(() => this.#native.close());
  }
}
