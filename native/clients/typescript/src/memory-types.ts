// The dual memory's values, by the names they have on the wire. Fields that a newer server adds are kept.
import type {Attributes, Durability} from "./types.ts";

/** On an episode's attributes. */
export type Condition =
  | {all: Condition[]}
  | {any: Condition[]}
  | {not: Condition}
  | {key: string; equals: Attributes[string]}
  | {key: string; in: Attributes[string][]}
  | {key: string; exists: boolean}
  | {key: string; min?: number; max?: number};

export type Cue =
  | {kind: "vector"; vector: ArrayLike<number>}
  | {kind: "episodes"; ids: readonly string[]}
  | {kind: "mixed"; vector: ArrayLike<number>; ids: readonly string[]}
  | {kind: "newest"};

export interface AnswerInput {
  cue: Cue;
  /** Nearest by cosine; what activation reaches; both together where absent. */
  mode?: "similar" | "spreading" | "blended";
  /** Hits wanted; 10 where absent. */
  k?: number;
  ef?: number;
  exact?: boolean;
  /** Also answer with the concepts themselves. */
  concepts?: boolean;
  /** Milliseconds since 1970: decay as of then weighs. */
  now?: number;
  /** 0…1, as are the next three. */
  minimumConfidence?: number;
  episodic?: number;
  semantic?: number;
  inhibition?: number;
  where?: Condition;
  /** Milliseconds since 1970. */
  from?: number;
  until?: number;
  minConfidence?: number;
}

export type Remembered = {kind: "episode"; id: string} | {kind: "concept"; number: number};

export type Answer = Remembered & {
  /** Orders the hits. */
  score: number;
  /** Cosine; 0 where the cue has no vector. */
  similarity: number;
  activation: number;
  /** Probability that it is what was asked for. */
  confidence: number;
  /** From what the cue named or was near to, to the hit itself. */
  why: Remembered[];
};

export interface Answers {
  /** Best first. */
  hits: Answer[];
  /** A budget ended the search before it was through. */
  truncated: boolean;
}

export interface ConsolidateInput {
  /** Milliseconds since 1970; the server's clock where absent. */
  at?: number;
  durability?: Durability;
  /** Milliseconds; 0: time does not count, for bulk loads. */
  tau?: number;
  /** 0…1. */
  merge?: number;
  coherence?: number;
  /** Fewest members of a concept. */
  size?: number;
  share?: number;
  seed?: number;
}

/** Counts of one cycle. */
export interface Consolidated {
  examined: number;
  formed: number;
  strengthened: number;
  dissolved: number;
  bound: number;
  skipped: number;
  elapsedNs: number;
}

export interface Concept {
  number: number;
  centroid: number[];
  coherence: number;
  strength: number;
  /** Milliseconds since 1970. */
  formedAt: number;
  members: {id: string; strength: number; contribution: number}[];
}

export interface ConceptPage {
  concepts: Concept[];
  next: number | null;
}

export interface Hypothesis {
  vector: number[];
  /** Of each dimension. */
  sources: ("given" | "recalled" | "reconstructed" | "imagined")[];
  from: (Remembered & {weight: number})[];
  match: number;
  confidence: number;
  iterations: number;
}

export interface Recognised {
  old: boolean;
  familiarity: number;
  episodic: number;
  semantic: number;
}
