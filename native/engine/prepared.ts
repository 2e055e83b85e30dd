// A recall that is asked again and again. Its arrays are the engine's own memory, so that a call brings nothing in.
import {now} from "./errors.ts";
import type {NativePreparedRecall} from "./native.ts";

/** From Space.prepareRecall(). It answers from the space as it is at each call. */
export class PreparedRecall {
  /** f32[d]: the cue of the next recall(); need not have unit length. */
  readonly vector: Float32Array;
  /** u32[k]: what was found, best first, as far as recall() said. Overwritten by the next one. */
  readonly ordinals: Uint32Array;
  /** f32[k]: cosine of each. */
  readonly scores: Float32Array;
  readonly #recall: () => number;

  /** @internal */
  constructor({vector, ordinals, scores, recall}: NativePreparedRecall) {
    this.vector = vector;
    this.ordinals = ordinals;
    this.scores = scores;
    this.#recall = recall;
  }

  /** How many were found. Throws InvalidArgumentError for a cue that is zero or not finite. */
  recall(): number {
    return now(this.#recall);
  }
}
