// An operation of the API as data: what it takes, what it answers, who may call it and what it costs. Routes,
// validation, the OpenAPI document and the metrics all read this one declaration.
import type {Static, TObject, TSchema} from "@sinclair/typebox";
import type {Space} from "../engine.ts";
import type {Release} from "./admission.ts";
import type {Quotas} from "./quotas.ts";
import type {Spaces} from "./spaces.ts";

/** What a key may be allowed to do in a space. `admin` makes spaces and keeps them. */
export const VERBS = ["read", "write", "forget", "admin", "observe"] as const;
export type Verb = (typeof VERBS)[number];

/** Classes of cost: each has its own bounded queue, so that one kind never starves another. */
export const COSTS = ["point", "search", "write", "bulk", "stream", "upkeep"] as const;
export type Cost = (typeof COSTS)[number];

export type Version = "v1" | "v2";
export const VERSIONS: readonly Version[] = ["v1", "v2"];

export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** The space the path names. Only where the path names one. */
  space: Space;
  spaces: Spaces;
  quotas: Quotas;
  version: Version;
  /** The client's Idempotency-Key: the write is done once, however often it comes. */
  key: string | undefined;
  /** The directory of backups. */
  backups: string | undefined;
  /** Milliseconds since 1970. */
  now: number;
  /** Spaces the caller's key may see. */
  sees(space: string): boolean;
  /** Whether somebody writes in bulk: a read in the serving thread would wait for it, and all others with it. */
  bulk: boolean;
}

/** An operation of many lines: in, out or both. The same declaration is served as NDJSON and over a WebSocket. */
export interface StreamOperation<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  I extends TSchema = TSchema,
  O extends TSchema = TSchema,
> {
  id: string;
  method: "GET" | "POST";
  path: string;
  summary: string;
  verb: Verb;
  params: P;
  query: Q;
  /** One line that the client sends; absent where it sends none. */
  line?: I;
  /** One line of the answer. */
  answer: O;
  /** `lines` come checked, in groups that arrived together. */
  open(call: StreamCall<Static<P>, Static<Q>>, lines: AsyncIterable<Static<I>[]>): AsyncIterable<Static<O>>;
}

export interface StreamCall<P, Q>
  extends Omit<Call<P, Q, undefined>, "spaces" | "quotas" | "sees" | "backups" | "key" | "bulk"> {
  /** Aborted when the client is gone. */
  signal: AbortSignal;
  /** A place for one step of the stream, in the queue of its cost. */
  enter(cost: Cost): Release | Promise<Release>;
}

export function streamOperation<P extends TObject, Q extends TObject, I extends TSchema, O extends TSchema>(
  declared: StreamOperation<P, Q, I, O>,
): StreamOperation {
  return declared as unknown as StreamOperation;
}

/** A binary body beside the JSON one: its content type and how it becomes the same value. */
export interface BinaryBody<B> {
  contentType: string;
  description: string;
  /** The bytes are all there is to check; without it the schema is checked as for JSON. */
  whole?: true;
  decode(bytes: Buffer, call: {query: unknown; dimension: number}): B;
}

export interface BinaryAnswer<A> {
  contentType: string;
  description: string;
  encode(answer: A): Buffer;
}

export interface Operation<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
  A extends TSchema = TSchema,
> {
  id: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the version, in the form of OpenAPI: /spaces/{space}/recall. */
  path: string;
  /** Both where absent. */
  versions?: readonly Version[];
  /** Versions in which it is deprecated, and since when and until when it answers (ISO dates). */
  deprecated?: {versions: readonly Version[]; since: string; sunset: string; successor: string};
  summary: string;
  /** The space that the path names is only made by it. */
  makesSpace?: true;
  verb: Verb;
  cost: Cost;
  params?: P;
  query?: Q;
  body?: B;
  binaryBody?: BinaryBody<Static<B>>;
  bodyMaxBytes?: number;
  answer: A;
  binaryAnswer?: BinaryAnswer<Static<A>>;
  handle(call: Call<Static<P>, Static<Q>, Static<B>>): Promise<Static<A>> | Static<A>;
}

/** How the engine shall do a write of this call. `step` tells the writes of one request apart. */
export function writing<Q>({query, now, key}: {query: Q; now: number; key: string | undefined}, step = 0) {
  return {...query, now, ...(key === undefined ? {} : {key: step === 0 ? key : `${key} ${step}`})};
}

/** Checks the types of a declaration and forgets them, so that declarations fit in one table. */
export function operation<P extends TObject, Q extends TObject, B extends TSchema, A extends TSchema>(
  declared: Operation<P, Q, B, A>,
): Operation {
  return declared as unknown as Operation;
}
