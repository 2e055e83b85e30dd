// Answers as columns.
/** An answer: ordinals and scores, best first; ids are looked up when asked for. */
export class Hits {
  constructor(
    readonly ordinals: Uint32Array,
    /** Cosine for recall, activation for spreading. */
    readonly scores: Float32Array,
    private readonly names: (ordinals: Uint32Array) => string[],
    /** A budget ended the search before it was through. */
    readonly truncated = false,
  ) {}

  get length(): number {
    return this.ordinals.length;
  }

  get ids(): string[] {
    return this.names(this.ordinals);
  }
}
