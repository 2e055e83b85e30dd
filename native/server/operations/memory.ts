// The dual memory: answers to cues of any kind with their why, concepts and their forming, completion, recognition.
import type {Static} from "@sinclair/typebox";
import type {AnswerCue, AnswerOptions, Filter, Space} from "../../engine.ts";
import {decodeVector, VECTOR_TYPE} from "../binary.ts";
import {Threads} from "../in-thread.ts";
import {type Call, operation, writing} from "../operation.ts";
import {
  AccessInput,
  Answers,
  CompleteInput,
  ConceptPage,
  ConceptQuery,
  Consolidated,
  ConsolidateInput,
  type CueInput,
  Hypotheses,
  RecallInput2,
  RecallQuery2,
  Recognised,
  RecogniseInput,
  SpaceParams,
  TIME_MAX_MS,
  WriteQuery,
  Written,
} from "../schemas.ts";

const CONCEPTS_LIMIT_DEFAULT = 100;
/** The newest of all: a filter that lets everything through. */
const ALL: Filter = {from: -TIME_MAX_MS};

/** Bytes came as floats already. */
const floatsOf = (vector: readonly number[] | Float32Array) =>
  vector instanceof Float32Array ? vector : Float32Array.from(vector);

/** Errors: the engine's, for ids that are not there and vectors of another dimension. */
function cueOf(cue: Static<typeof CueInput>): AnswerCue {
  return {
    ...("vector" in cue ? {vector: floatsOf(cue.vector)} : {}),
    ...("ids" in cue ? {ids: cue.ids} : {}),
  };
}

/** More than these are not looked for in the serving thread. */
const IN_THREAD_K_MAX = 100;
const threads = new Threads<Space>();
type Asked = Static<typeof RecallInput2>;
type Answering = Call<unknown, Static<typeof RecallQuery2>, Asked>;

/** A vector, a number of hits and a mode at most: what is answered in the time that the pool takes to begin. */
function shortVector({cue, mode, k = 0, ...others}: Asked): Float32Array | undefined {
  const short = mode !== "spreading" && k <= IN_THREAD_K_MAX && Object.keys(others).length === 0;
  return short && cue.kind === "vector" ? floatsOf(cue.vector) : undefined;
}

function answer({space, query, body, bulk}: Answering) {
  const asked: Asked = {...query, ...body};
  const vector = bulk ? undefined : shortVector(asked);
  const thread = threads.of(space);
  if (vector !== undefined && thread.may())
    return thread.run(() => space.memory.answerSync(vector, {mode: asked.mode, k: asked.k} as AnswerOptions));
  const {cue, where, from, until, minConfidence, ...options} = asked;
  const given = {where, from, until, minConfidence};
  const filtered = Object.values(given).some((part) => part !== undefined);
  const filter = filtered ? (given as Filter) : cue.kind === "newest" ? ALL : undefined;
  return space.memory.answer(cueOf(cue), {
    ...(options as AnswerOptions),
    ...(cue.kind === "newest" && options.mode === undefined ? {mode: "similar" as const} : {}),
    ...(filter === undefined ? {} : {filter}),
  });
}

export const memoryOperations = [
  operation({
    id: "answer",
    method: "POST",
    path: "/spaces/{space}/recall",
    versions: ["v2"],
    summary: "What a cue brings to mind, best first: episodes and concepts, each with why it came.",
    verb: "read",
    cost: "search",
    params: SpaceParams,
    query: RecallQuery2,
    body: RecallInput2,
    binaryBody: {
      contentType: VECTOR_TYPE,
      description: "a vector as cue: one little-endian f32 per dimension; all else stands in the query",
      whole: true,
      decode: (bytes, {dimension}) => ({
        cue: {kind: "vector" as const, vector: decodeVector(bytes, dimension) as unknown as number[]},
      }),
    },
    answer: Answers,
    handle: answer,
  }),
  operation({
    id: "consolidate",
    method: "POST",
    path: "/spaces/{space}/consolidate",
    summary: "One cycle: forms, strengthens and ends concepts from what is new. Beside reads and writes.",
    verb: "admin",
    cost: "upkeep",
    params: SpaceParams,
    body: ConsolidateInput,
    answer: Consolidated,
    handle: ({space, body: {at, ...options}, now}) => space.memory.consolidate(at ?? now, options),
  }),
  operation({
    id: "concepts",
    method: "GET",
    path: "/spaces/{space}/concepts",
    summary: "Concepts by number, page by page, with their members.",
    verb: "read",
    cost: "bulk",
    params: SpaceParams,
    query: ConceptQuery,
    answer: ConceptPage,
    handle({space, query: {first = 0, limit = CONCEPTS_LIMIT_DEFAULT}}) {
      const concepts = space.memory.concepts({first, limit});
      const last = concepts.at(-1);
      return {
        concepts: concepts.map((concept) => ({...concept, centroid: Array.from(concept.centroid)})),
        next: last !== undefined && concepts.length === limit ? last.number + 1 : null,
      };
    },
  }),
  operation({
    id: "complete",
    method: "POST",
    path: "/spaces/{space}/complete",
    summary:
      "Fills the masked part of a cue from what is stored; no hypothesis where it would have to invent.",
    verb: "read",
    cost: "search",
    params: SpaceParams,
    body: CompleteInput,
    answer: Hypotheses,
    async handle({space, body: {vector, known}}) {
      const found = await space.memory.complete({
        vector: Float32Array.from(vector),
        ...(known === undefined ? {} : {known: Uint8Array.from(known, Number)}),
      });
      return {hypotheses: found.map((one) => ({...one, vector: Array.from(one.vector)}))};
    },
  }),
  operation({
    id: "recognise",
    method: "POST",
    path: "/spaces/{space}/recognise",
    summary: "Whether a vector is old or new, with its familiarity and without content.",
    verb: "read",
    cost: "search",
    params: SpaceParams,
    body: RecogniseInput,
    answer: Recognised,
    handle: ({space, body}) => space.memory.recognise(Float32Array.from(body.vector)),
  }),
  operation({
    id: "access",
    method: "POST",
    path: "/spaces/{space}/access",
    summary: "Counts an access to episodes, which makes them last. Unknown ids are no error.",
    verb: "write",
    cost: "write",
    params: SpaceParams,
    query: WriteQuery,
    body: AccessInput,
    answer: Written,
    handle: ({body: {ids, at}, ...call}) => call.space.memory.touch(ids, at ?? call.now, writing(call)),
  }),
];
