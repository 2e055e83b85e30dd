// How sure a space is of its answers, and whether it was right: noisy cues, half of them for passages that were stored
// and half for passages that were not. All is returned row by row; nothing is judged here.
import type {Engine, Space} from "../../native/engine.ts";
import {isotonic} from "../lab/statistics/calibration.ts";

export interface Cues {
  dimension: number;
  /** Row-major, unit length: what is stored, and its consolidation's input. */
  passages: Float32Array;
  /** Row-major, one per question. */
  questions: Float32Array;
  /** Row of the passage that a question asks for; −1: it was not stored. */
  answers: Int32Array;
  /** 1: its answer is held out, and no calibration sees it. */
  held_out: Uint8Array;
}

export const KINDS = ["similar", "blended", "complete", "recognise"] as const;
export type Kind = (typeof KINDS)[number];
/** Where the space's own calibrations apply; recognition has none in the engine. */
export const CALIBRATED: readonly Kind[] = ["similar", "blended", "complete"];

export interface Told {
  kind: Kind;
  question: number;
  held_out: boolean;
  stage: "before" | "after";
  /** As the space told it, 0…1. */
  probability: number;
  right: boolean;
}

const BATCH = 2_000;
const idOf = (row: number) => `p${row}`;

/** Confidence of the first answer, and whether it is right; null where nothing was answered. */
async function ask(space: Space, kind: Kind, vector: Float32Array, answer: number) {
  const asked = idOf(answer);
  if (kind === "recognise") {
    const {familiarity} = await space.memory.recognise(vector);
    return {probability: familiarity, right: answer >= 0};
  }
  if (kind === "complete") {
    const [best] = await space.memory.complete({vector});
    const [strongest] = best?.from.filter((one) => one.kind === "episode") ?? [];
    if (best === undefined) return null;
    return {probability: best.confidence, right: strongest?.kind === "episode" && strongest.id === asked};
  }
  const {hits} = await space.memory.answer({vector}, {mode: kind, k: 10, exact: true});
  const [first] = hits;
  if (first === undefined) return null;
  return {probability: first.confidence, right: first.kind === "episode" && first.id === asked};
}

export async function tell(
  engine: Engine,
  {dimension, passages, questions, answers, held_out}: Cues,
  progress: (done: number, doing: string) => void,
): Promise<Told[]> {
  const space = await engine.space("questions", {dimension});
  const n = passages.length / dimension;
  for (let first = 0; first < n; first += BATCH) {
    const end = Math.min(n, first + BATCH);
    progress(first / n / 4, "storing passages");
    await space.storeBatch(
      {
        ids: Array.from({length: end - first}, (_, i) => idOf(first + i)),
        embeddings: passages.subarray(first * dimension, end * dimension),
        at: new Float64Array(end - first),
      },
      {durability: "async"},
    );
  }
  progress(0.25, "forming concepts");
  await space.memory.consolidate(0, {tau: 0, durability: "async"});
  const told: Told[] = [];
  const half = async (kind: Kind, held: 0 | 1, stage: Told["stage"]) => {
    for (const [question, answer] of answers.entries()) {
      if (held_out[question] !== held) continue;
      const vector = questions.subarray(question * dimension, (question + 1) * dimension);
      const found = await ask(space, kind, vector, answer);
      if (found !== null) told.push({kind, question, held_out: held === 1, stage, ...found});
    }
  };
  for (const [at, kind] of KINDS.entries()) {
    progress(0.4 + (0.6 * at) / KINDS.length, `asking: ${kind}`);
    await half(kind, 1, "before");
    if (!CALIBRATED.includes(kind)) continue;
    await half(kind, 0, "before");
    const seen = told.filter((one) => one.kind === kind && !one.held_out);
    const knots = isotonic(seen);
    await space.memory.configure(kind === "complete" ? {completions: knots} : {calibration: knots}, {
      durability: "async",
    });
    await half(kind, 1, "after");
    await space.memory.configure({}, {durability: "async"});
  }
  return told;
}
