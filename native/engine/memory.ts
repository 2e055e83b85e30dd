// The dual memory of a space: episodes (what happened) and concepts (what episodes have in common), and what can
// be asked of both together. Contract: engine.md. Time is always an argument.
import {lengths, positive} from "./checks.ts";
import {InvalidArgumentError, now, settle} from "./errors.ts";
import type {NativeWrite} from "./native.ts";
import type {Durability, Filter, WriteOptions} from "./types.ts";

/** `similar`: nearest by cosine. `spreading`: what activation reaches over edges and bindings. `blended`: episodes and
 *  concepts together, competitors holding each other down. */
export type RecallMode = "similar" | "spreading" | "blended";
const MODES: Record<RecallMode, number> = {similar: 0, spreading: 1, blended: 2};

const DECAY_MODELS = {"two-component": 0, exponential: 1, power: 2, spacing: 3};

export interface MemorySettings {
  decay?: {
    /** Default `power`: (1 + t/τp)^(−β). `two-component`: e^(−t/τ) until rehearsed, then the power law. `spacing`:
     *  (1 + t/τp)^(−β/S) of a trace whose stability S grows with each access that finds it; one that does not lays
     *  another trace (core/memory/decay.h). Which of them fit what was measured: experiment 200. */
    model?: keyof typeof DECAY_MODELS;
    /** τ in ms; default 1.96 h. */
    tau?: number;
    /** β; default 0.131. */
    beta?: number;
    /** τp in ms, of the power law; default 13.4 s. */
    powerTau?: number;
    /** Accesses from which the two-component model follows the power law; default 3. */
    rehearsals?: number;
    /** What one access at the edge of forgetting adds to stability; default 0.56. */
    spacingGain?: number;
  };
  /** Of answers: knots of a non-decreasing curve from raw score to probability, fitted on held-out questions (isotonic
   *  regression: Zadrozny & Elkan 2002, doi:10.1145/775047.775151). */
  calibration?: Knots;
  /** The same of completions' confidences. */
  completions?: Knots;
}

export interface Knots {
  scores: Float32Array;
  probabilities: Float32Array;
}

const NO_KNOTS: Knots = {scores: new Float32Array(), probabilities: new Float32Array()};

export interface ConsolidationOptions {
  durability?: Durability;
  /** τ of the affinity σ(10·(cos·e^(−Δt/τ) − .5)), ms; default 24 h; 0: time does not count, for bulk loads. */
  tau?: number;
  /** Affinity from which clusters are joined; default 0.55. */
  merge?: number;
  /** Mean pairwise cosine that a concept keeps at least; default 0.65. */
  coherence?: number;
  /** Members of a concept at least; default 3. */
  size?: number;
  /** Concepts per stored vector at most; default 0.05. */
  share?: number;
  seed?: number;
}

export interface ConsolidationReport {
  /** Episodes that were new. */
  examined: number;
  formed: number;
  /** Concepts that gained members. */
  strengthened: number;
  /** Concepts that had become too small. */
  dissolved: number;
  /** Episodes that were bound. */
  bound: number;
  /** Changes that a write in between overtook. */
  skipped: number;
  elapsedNs: number;
}

export interface Concept {
  number: number;
  /** f32[d], unit length. */
  centroid: Float32Array;
  /** Mean pairwise cosine of its members. */
  coherence: number;
  /** 0…1; grows with every cycle that confirms it. */
  strength: number;
  /** ms since 1970. */
  formedAt: number;
  /** By contribution. Strength: cosine with the centroid; contribution: its share of it. */
  members: {id: string; strength: number; contribution: number}[];
}

export interface AnswerCue {
  /** f32[d]; need not have unit length. */
  vector?: Float32Array;
  /** Episodes that are there; they are not answered themselves. */
  ids?: string[];
}

export interface AnswerOptions {
  /** Default `blended`. */
  mode?: RecallMode;
  /** 1…10,000; blended at most 256. Default 10. */
  k?: number;
  ef?: number;
  exact?: boolean;
  /** Of the episodes that may be answered; by itself it is a cue, too: the newest first. */
  filter?: Filter;
  minimumConfidence?: number;
  /** Also answer with the concepts themselves. */
  concepts?: boolean;
  /** ms since 1970: decay as of then weighs scores and confidences. Absent: memories are as good as new. */
  now?: number;
  /** Weights of the two memories; default 0.7 and 0.3. */
  episodic?: number;
  semantic?: number;
  /** How much competitors hold each other down; default 0.7; 0: not at all. */
  inhibition?: number;
  /** Members of concepts looked at, at most. */
  semanticBudget?: number;
  /** Arcs and bindings walked at most, by spreading. */
  arcBudget?: number;
}

/** An episode by its id, or a concept by its number. */
export type MemoryName = {kind: "episode"; id: string} | {kind: "concept"; number: number};

export type AnswerHit = MemoryName & {
  /** What the order follows. */
  score: number;
  /** Cosine with the cue's vector; 0 where it has none. */
  similarity: number;
  activation: number;
  /** Probability that it is what was asked for, 0…1. */
  confidence: number;
  /** From what the cue named or was near to, to the hit itself: the path or the concept that brought it. */
  why: MemoryName[];
};

/** `given`: the cue said so; `recalled`: one episode says so, nearly alone; `reconstructed`: several agree;
 *  `imagined`: several say different things, a mean that nobody stored. */
export type PartSource = "given" | "recalled" | "reconstructed" | "imagined";
const SOURCES: readonly PartSource[] = ["given", "recalled", "reconstructed", "imagined"];

export interface Completion {
  /** f32[d], unit length: known parts as given, the others filled. */
  vector: Float32Array;
  /** One per value. */
  sources: PartSource[];
  /** What it was made of, strongest first; weights sum to 1. */
  from: (MemoryName & {weight: number})[];
  /** Cosine with the known part. */
  match: number;
  /** 0…1; hypotheses exclude each other, so theirs sum to at most 1. */
  confidence: number;
  iterations: number;
}

export interface Recognition {
  old: boolean;
  /** 0…1. */
  familiarity: number;
  /** Cosine with the nearest episode. */
  episodic: number;
  /** Cosine with the nearest concept, times its coherence. */
  semantic: number;
}

interface AnswerColumns {
  memories: Uint32Array;
  scores: Float32Array;
  similarities: Float32Array;
  activations: Float32Array;
  confidences: Float32Array;
  pathEnds: Uint32Array;
  paths: Uint32Array;
  truncated: boolean;
}

interface HypothesisColumns extends Omit<Completion, "sources" | "from"> {
  sources: Uint8Array;
  memories: Uint32Array;
  weights: Float32Array;
}

export interface NativeMemory {
  touch(ids: string[], at: number, ...how: NativeWrite): Promise<number>;
  configure(
    decay: object,
    scores: Float32Array,
    probabilities: Float32Array,
    completionScores: Float32Array,
    completionProbabilities: Float32Array,
    ...how: NativeWrite
  ): Promise<number>;
  consolidate(now: number, options: object, durability: number): Promise<ConsolidationReport>;
  concepts(first: number, limit: number): Concept[];
  conceptOf(id: string): number | undefined;
  answer(
    vector: Float32Array | null,
    ids: string[],
    options: object,
    filter: object | null,
  ): Promise<AnswerColumns>;
  answerSync(vector: Float32Array, mode: number, k: number, words: Uint32Array): number;
  complete(vector: Float32Array, known: Uint8Array | null, options: object): Promise<HypothesisColumns[]>;
  recognise(vector: Float32Array, options: object): Promise<Recognition>;
  ids(ordinals: Uint32Array): string[];
}

const CONCEPT_BIT = 0x8000_0000;
const K_DEFAULT = 10;
const CONCEPTS_LIMIT_DEFAULT = 1_000;

/** Words of an answer of ten hits with room to spare; more are made where one needs them. */
const ANSWER_WORDS = 1_024;
const ANSWER_HEAD_WORDS = 3;

/** As the addon lays an answer out: space_memory.cc, write_words. */
function columnsOf(words: Uint32Array<ArrayBuffer>): AnswerColumns {
  const [n, truncated, paths] = words as unknown as [number, number, number];
  const floats = new Float32Array(words.buffer);
  const at = (column: number) => ANSWER_HEAD_WORDS + column * n;
  return {
    memories: words.subarray(at(0), at(1)),
    scores: floats.subarray(at(1), at(2)),
    similarities: floats.subarray(at(2), at(3)),
    activations: floats.subarray(at(3), at(4)),
    confidences: floats.subarray(at(4), at(5)),
    pathEnds: words.subarray(at(5), at(6)),
    paths: words.subarray(at(6), at(6) + paths),
    truncated: truncated === 1,
  };
}

/** Errors: InvalidArgumentError for one that is not known. */
function modeOf(mode: RecallMode): number {
  if (mode in MODES) return MODES[mode];
  throw new InvalidArgumentError(
    `mode "${mode}" is not known`,
    "invalid_argument",
    `use ${Object.keys(MODES).join(", ")}`,
  );
}

/** Get it from Space.memory. */
export class Memory {
  readonly #native: NativeMemory;
  #words = new Uint32Array(ANSWER_WORDS);

  /** @internal */
  constructor(
    handle: NativeMemory,
    private readonly how: (options: WriteOptions) => NativeWrite,
    private readonly filter: (filter: Filter | undefined) => object | null,
  ) {
    this.#native = handle;
  }

  /** Counts an access at `at` (ms since 1970): raises access count and stability. Ids that are not there are no error. */
  async touch(ids: string[], at: number, options: WriteOptions = {}): Promise<{sequence: number}> {
    return settle(async () => ({sequence: await this.#native.touch(ids, at, ...this.how(options))}));
  }

  /** How the space remembers from now on; kept in its log. */
  async configure(
    {decay: {model = "power", ...decay} = {}, calibration = NO_KNOTS, completions = NO_KNOTS}: MemorySettings,
    options: WriteOptions = {},
  ): Promise<{sequence: number}> {
    for (const {scores, probabilities} of [calibration, completions]) lengths(scores.length, {probabilities});
    if (!(model in DECAY_MODELS))
      throw new InvalidArgumentError(
        `decay model "${model}" is not known`,
        "invalid_argument",
        `use ${Object.keys(DECAY_MODELS).join(", ")}`,
      );
    return settle(async () => ({
      sequence: await this.#native.configure(
        {...decay, model: DECAY_MODELS[model]},
        calibration.scores,
        calibration.probabilities,
        completions.scores,
        completions.probabilities,
        ...this.how(options),
      ),
    }));
  }

  /** One cycle at `at` (ms since 1970): forms, extends and ends concepts from what is new since the last one. Runs
   *  beside reads and writes. */
  consolidate(at: number, {durability, ...options}: ConsolidationOptions = {}): Promise<ConsolidationReport> {
    const [promise] = this.how(durability === undefined ? {} : {durability});
    return settle(() => this.#native.consolidate(at, options, promise));
  }

  /** Up to `limit` concepts by number, from `first` on. */
  concepts({first = 0, limit = CONCEPTS_LIMIT_DEFAULT}: {first?: number; limit?: number} = {}): Concept[] {
    return now(() => this.#native.concepts(positive(first, "first"), positive(limit, "limit")));
  }

  /** The number of the concept an episode is bound to. */
  conceptOf(id: string): number | undefined {
    return now(() => this.#native.conceptOf(id));
  }

  /** The whole answer to a cue. Reading never writes: to count the access, touch(). Errors: InvalidArgumentError for an
   *  empty cue, NotFoundError for an id that is not there. */
  async answer(
    {vector, ids = []}: AnswerCue,
    {mode = "blended", k = K_DEFAULT, filter, ...options}: AnswerOptions = {},
  ): Promise<{hits: AnswerHit[]; truncated: boolean}> {
    const given = {...options, mode: modeOf(mode), k: positive(k, "k")};
    const found = await settle(() => this.#native.answer(vector ?? null, ids, given, this.filter(filter)));
    return this.#told(found);
  }

  /** A short answer to a vector, in the calling thread: where waiting for a writer is no harm. */
  answerSync(
    vector: Float32Array,
    {mode = "blended", k = K_DEFAULT}: Pick<AnswerOptions, "mode" | "k"> = {},
  ): {hits: AnswerHit[]; truncated: boolean} {
    const ask = () => now(() => this.#native.answerSync(vector, modeOf(mode), positive(k, "k"), this.#words));
    const needed = ask();
    if (needed > this.#words.length) {
      this.#words = new Uint32Array(2 * needed);
      ask();
    }
    return this.#told(columnsOf(this.#words));
  }

  #told(found: AnswerColumns): {hits: AnswerHit[]; truncated: boolean} {
    const names = this.#names(found.memories);
    const paths = this.#names(found.paths);
    const hits = names.map((name, i): AnswerHit => {
      const why = paths.slice(found.pathEnds[i - 1] ?? 0, found.pathEnds[i]);
      const [score, similarity] = [found.scores[i] as number, found.similarities[i] as number];
      const [activation, confidence] = [found.activations[i] as number, found.confidences[i] as number];
      return name.kind === "episode"
        ? {kind: "episode", id: name.id, score, similarity, activation, confidence, why}
        : {kind: "concept", number: name.number, score, similarity, activation, confidence, why};
    });
    return {hits, truncated: found.truncated};
  }

  /** Fills the masked or noisy part of a cue: up to three hypotheses, most confident first; none is "no answer".
   *  `known`: one entry per value, 0 where the cue is masked; absent: all are known, though maybe noisy. */
  async complete(
    {vector, known}: {vector: Float32Array; known?: Uint8Array},
    options: {gate?: number; iterations?: number; settled?: number; hypotheses?: number} = {},
  ): Promise<Completion[]> {
    const found = await settle(() => this.#native.complete(vector, known ?? null, options));
    return found.map(({sources, memories, weights, ...rest}) => ({
      ...rest,
      sources: Array.from(sources, (source) => SOURCES[source] as PartSource),
      from: this.#names(memories).map((memory, i) => ({...memory, weight: weights[i] as number})),
    }));
  }

  /** Old or new, without content. Gate: familiarity from which it is called old. */
  recognise(vector: Float32Array, options: {gate?: number; gist?: number} = {}): Promise<Recognition> {
    return settle(() => this.#native.recognise(vector, options));
  }

  #names(memories: Uint32Array): MemoryName[] {
    const ids = this.#native.ids(memories.filter((bits) => bits < CONCEPT_BIT));
    const names: MemoryName[] = [];
    let next = 0;
    for (const bits of memories)
      names.push(
        bits >= CONCEPT_BIT
          ? {kind: "concept", number: bits - CONCEPT_BIT}
          : {kind: "episode", id: ids[next++] as string},
      );
    return names;
  }
}
