// Errors as classes: a stable code, a message that names the value, a remedy.
/** Base of all errors of the engine: `code` is stable, `remedy` says what mends it. */
export class EngramError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}
/** A value is of the wrong shape or out of range; the message names it. */
export class InvalidArgumentError extends EngramError {}
/** An id, space or relation that must exist does not. */
export class NotFoundError extends EngramError {}
/** The space exists with other settings, or another engine has the directory. */
export class ConflictError extends EngramError {}
/** The disk is full, failed, or an earlier sync failed: no more writes until it is opened again. */
export class StorageError extends EngramError {}
/** What was synced can no longer be read back; the space is read-only. */
export class DamagedError extends EngramError {}

/** A snapshot has replaced that part of the log: it can be read from `sequence` on. */
export class CompactedError extends EngramError {
  constructor(
    message: string,
    code: string,
    remedy: string,
    readonly sequence: number,
  ) {
    super(message, code, remedy);
  }
}

const CLASSES: Record<string, new (message: string, code: string, remedy: string) => EngramError> = {
  invalid_argument: InvalidArgumentError,
  too_large: InvalidArgumentError,
  not_found: NotFoundError,
  conflict: ConflictError,
  locked: ConflictError,
  read_only: StorageError,
  disk_full: StorageError,
  io: StorageError,
  poisoned: StorageError,
  damaged: DamagedError,
  unsupported_version: DamagedError,
};

export function typed(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("remedy" in error)) return error;
  if (error.code === "compacted" && "sequence" in error)
    return new CompactedError(error.message, error.code, String(error.remedy), Number(error.sequence));
  const Class = CLASSES[String(error.code)] ?? EngramError;
  return new Class(error.message, String(error.code), String(error.remedy));
}

export async function settle<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw typed(error);
  }
}

export function now<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw typed(error);
  }
}
