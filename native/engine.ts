// The typed face of engram: one class per noun, typed arrays in and out, work off the main thread, errors as
// classes with a code and a remedy. Contract: engine.md.
import {positive, refuse} from "./engine/checks.ts";
import {now, settle} from "./engine/errors.ts";
import {type NativeEngine, native} from "./engine/native.ts";
import {Space} from "./engine/space.ts";
import type {Backup, Durability, Restored} from "./engine/types.ts";

export {
  CompactedError,
  ConflictError,
  DamagedError,
  EngramError,
  InvalidArgumentError,
  NotFoundError,
  StorageError,
} from "./engine/errors.ts";
export {Hits} from "./engine/hits.ts";
export {RecallListener, type RecallListenerOptions} from "./engine/listener.ts";
export {
  type AnswerCue,
  type AnswerHit,
  type AnswerOptions,
  type Completion,
  type Concept,
  type ConsolidationOptions,
  type ConsolidationReport,
  type Knots,
  Memory,
  type MemorySettings,
  type PartSource,
  type RecallMode,
  type Recognition,
} from "./engine/memory.ts";
export {PreparedRecall} from "./engine/prepared.ts";
export {Space} from "./engine/space.ts";
export {startTrace, type Trace} from "./engine/trace.ts";
export type {
  Attributes,
  Backup,
  Change,
  Condition,
  Cue,
  Durability,
  Edge,
  EdgeBatch,
  Episode,
  EpisodeBatch,
  EpisodeInput,
  Fan,
  Filter,
  Metrics,
  Reaching,
  Restored,
  Spreading,
  SpreadingFrom,
  Stats,
  TimeCursor,
  WriteOptions,
} from "./engine/types.ts";

export interface EngineOptions {
  durability?: Durability;
  clock?: () => number;
  retainBytes?: number;
}

/** A directory of spaces, open in one process at a time. */
export class Engine {
  readonly #native: NativeEngine;
  readonly #defaults: {durability: Durability; clock: () => number};

  private constructor(handle: NativeEngine, defaults: {durability: Durability; clock: () => number}) {
    this.#native = handle;
    this.#defaults = defaults;
  }

  /**
   * Opens or makes the directory. Throws ConflictError when another engine, of this process or another, has it.
   * `durability` and `clock` (ms since 1970) serve writes that bring none. `retainBytes` keeps so much of the log
   * that snapshots have replaced, for watchers and incremental backups; what was forgotten stays as long.
   */
  static async open(
    directory: string,
    {durability = "group", clock = Date.now, retainBytes = 0}: EngineOptions = {},
  ): Promise<Engine> {
    const {Engine: Handle} = native();
    return new Engine(
      now(() => new Handle(directory, retainBytes)),
      {durability, clock},
    );
  }

  /** Opens the space or makes it; without a dimension it must be there (else NotFoundError). Throws ConflictError
   *  when it has another dimension. */
  async space(id: string, {dimension}: {dimension?: number} = {}): Promise<Space> {
    if (dimension === 0) refuse("dimension", dimension);
    const handle = await settle(async () => this.#native.space(id, positive(dimension ?? 0, "dimension")));
    return new Space(handle, id, handle.dimension(), this.#defaults);
  }

  /**
   * Makes a new space out of a backup: as of its end, of a record, or of the last record up to a time (ms since
   * 1970). `salvage` names a damaged space of this engine: what it still holds behind the backup's end is taken
   * along. Throws DamagedError when the backup is not sound, NotFoundError for a point it does not hold,
   * ConflictError when there is such a space.
   */
  async restore(
    id: string,
    directory: string,
    {sequence, time, salvage = ""}: {sequence?: number; time?: number; salvage?: string} = {},
  ): Promise<Restored> {
    return settle(async () => this.#native.restore(id, directory, sequence ?? null, time ?? null, salvage));
  }

  /** Reads all of a backup and checks every checksum and record. Throws DamagedError with the reason. */
  async verifyBackup(directory: string): Promise<Backup> {
    return settle(async () => this.#native.verifyBackup(directory));
  }

  spaces(): string[] {
    return now(() => this.#native.spaces());
  }

  /** Syncs and closes every space. */
  async close(): Promise<void> {
    await settle(() => this.#native.close());
  }
}
