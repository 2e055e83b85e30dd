// The dual memory of a space: concepts and what forms them, answers with their why, completion, recognition.
import type {WriteOptions} from "./client.ts";
import type {
  AnswerInput,
  Answers,
  ConceptPage,
  Consolidated,
  ConsolidateInput,
  Hypothesis,
  Recognised,
} from "./memory-types.ts";
import type {CallOptions, Transport} from "./transport.ts";
import type {Written} from "./types.ts";

export class Memory {
  /** `path`: of the space. `newer`: the same under /v2. @internal */
  constructor(
    private readonly transport: Transport,
    private readonly path: string,
    private readonly newer: string,
  ) {}

  /** What a cue brings to mind, best first: episodes and concepts, each with why it came. */
  answer(input: AnswerInput, options: CallOptions = {}): Promise<Answers> {
    const body =
      "vector" in input.cue ? {...input, cue: {...input.cue, vector: Array.from(input.cue.vector)}} : input;
    return this.transport.json({method: "POST", path: `${this.newer}/recall`, body}, options);
  }

  /** One cycle: forms, strengthens and ends concepts from what is new. Again, it finds nothing new. */
  consolidate(input: ConsolidateInput = {}, options: CallOptions = {}): Promise<Consolidated> {
    return this.#ask("/consolidate", input, options);
  }

  /** Concepts by number, from `first` on; `next` is the next page's `first`, null at the end. */
  concepts({
    first,
    limit,
    ...options
  }: CallOptions & {first?: number; limit?: number} = {}): Promise<ConceptPage> {
    return this.transport.json(
      {method: "GET", path: `${this.path}/concepts`, query: {first, limit}},
      options,
    );
  }

  /** Fills what of the cue is not `known` from what is stored; none where it would have to invent. */
  async complete(
    vector: ArrayLike<number>,
    {known, ...options}: CallOptions & {known?: readonly boolean[]} = {},
  ): Promise<Hypothesis[]> {
    const body = {vector: Array.from(vector), known};
    return (await this.#ask<{hypotheses: Hypothesis[]}>("/complete", body, options)).hypotheses;
  }

  /** Whether a vector is old or new, without content. */
  recognise(vector: ArrayLike<number>, options: CallOptions = {}): Promise<Recognised> {
    return this.#ask("/recognise", {vector: Array.from(vector)}, options);
  }

  /** Counts an access to episodes, which makes them last. Unknown ids are no error. */
  access(ids: readonly string[], options: WriteOptions & {at?: number} = {}): Promise<Written> {
    const {at, durability, ...call} = options;
    return this.transport.json(
      {method: "POST", path: `${this.path}/access`, query: {durability}, body: {ids, at}, write: true},
      call,
    );
  }

  #ask<T>(path: string, body: unknown, options: CallOptions): Promise<T> {
    return this.transport.json({method: "POST", path: this.path + path, body}, options);
  }
}
