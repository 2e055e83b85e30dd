// What can be wrong with the store, each with the value that was wrong and what mends it.

export class StoreError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "StoreError";
  }
}

/** One entry of the store that was refused; the rest still loads. */
export interface Problem {
  /** Path relative to the store's root. */
  path: string;
  kind: "damaged" | "foreign" | "leftover";
  says: string;
  remedy: string;
}
