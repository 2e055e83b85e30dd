// The short path: recalls of /v1 handled below the router, on the same port, by the same checks and limits. What
// it does not know by a glance at the address goes to the router. README.md tells what it reaches and why.
import type {IncomingMessage, ServerResponse} from "node:http";
import {Type} from "@sinclair/typebox";
import type {Cue as EngineCue, Space} from "../engine.ts";
import type {Release} from "./admission.ts";
import {decodeVector, HITS_TYPE, hitsLetters, VECTOR_TYPE} from "./binary.ts";
import {type Context, entrance} from "./context.ts";
import {readCue} from "./cue.ts";
import {sendRefusal} from "./direct.ts";
import {refusal} from "./error.ts";
import {InThread} from "./in-thread.ts";
import {parseJson} from "./json.ts";
import {BODY_MAX_BYTES, RECALL_K_DEFAULT} from "./limits.ts";
import {recallOperation} from "./operations/recall.ts";
import {deprecation, essence, JSON_ANSWER, leaving, unread} from "./route.ts";
import {RecallInput} from "./schemas.ts";
import {during} from "./tracing.ts";
import {checkBody} from "./validator.ts";

const PREFIX = "/v1/spaces/";
const SUFFIX = "/recall";
/** Takes what a recall takes and does nothing: the listener's own limit, beside which a recall is judged. */
const NULL_ADDRESS = "/v1/null";
const JSON_TYPE = "application/json";
/** Any other name, encoded perhaps, is the router's to judge. */
const PLAIN_NAME = /^[\w-]+$/;
/** Options under which one search is short enough for the thread that serves. */
const K_MAX = 100;
const MS_PER_S = 1_000;

const checkRest = checkBody(Type.Object({...RecallInput.properties, vector: Type.Null()}));
const checkWhole = checkBody(RecallInput);

/** What one space needs to be asked in this thread. */
class Desk {
  readonly ordinals = new Uint32Array(K_MAX);
  readonly scores = new Float32Array(K_MAX);
  readonly scratch: Float32Array<ArrayBuffer>;
  readonly thread = new InThread();

  constructor(readonly space: Space) {
    this.scratch = new Float32Array(space.dimension);
  }
}

type Cue = EngineCue & {vector: Float32Array};

/** A filter may have to look at much more than a search does. */
function isFiltered({where, from, until, minConfidence}: Cue): boolean {
  return where !== undefined || from !== undefined || until !== undefined || minConfidence !== undefined;
}

interface Found {
  ids: string[];
  scores: ArrayLike<number>;
}

/** Handles the request, or says that it is none of its own. */
export function shortPath(context: Context): (request: IncomingMessage, response: ServerResponse) => boolean {
  const {admission, bodies, metrics, log, tracing} = context;
  const {id: operation, method: verb, path: route} = recallOperation;
  const enter = entrance(recallOperation, context);
  const desks = new WeakMap<Space, Desk>();

  function deskOf(space: Space): Desk {
    const desk = desks.get(space) ?? new Desk(space);
    desks.set(space, desk);
    return desk;
  }

  /** In this thread while that is short and nobody writes in bulk (a writer would hold up all who are served). */
  function recall(desk: Desk, cue: Cue): Found | Promise<Found> {
    const {vector, k = RECALL_K_DEFAULT, exact = false, ef = 0} = cue;
    const short = !exact && ef === 0 && k <= K_MAX && !isFiltered(cue) && admission.running("bulk") === 0;
    if (desk.thread.may() && short) {
      const found = desk.thread.run(() => desk.space.recallSync({vector, k}, desk.ordinals, desk.scores));
      return {ids: desk.space.ids(desk.ordinals.subarray(0, found)), scores: desk.scores};
    }
    // The pool reads the vector later: what is in the desk's array by then is another request's.
    return desk.space.recall({...cue, vector: vector.slice()});
  }

  function cueOf(desk: Desk, contentType: string, body: Buffer, query: Record<string, unknown>): Cue {
    const {dimension} = desk.space;
    if (contentType === VECTOR_TYPE) return {...query, vector: decodeVector(body, dimension, desk.scratch)};
    if (contentType !== JSON_TYPE) throw unread(contentType, `${JSON_TYPE} or ${VECTOR_TYPE}`);
    const read = readCue(body, desk.scratch);
    if (read !== undefined) return {...query, ...(checkRest(read.rest) as object), vector: read.vector};
    const {vector, ...options} = checkWhole(parseJson(body));
    return {...query, ...(options as object), vector: Float32Array.from(vector)};
  }

  async function serve(request: IncomingMessage, response: ServerResponse, name: string, search: string) {
    const began = performance.now();
    let release: Release | undefined;
    const asked = {operation, version: "v1", method: verb, path: route, space: name} as const;
    const traced = tracing?.begin(request, response, asked);
    try {
      const query = search === "" ? {} : Object.fromEntries(new URLSearchParams(search));
      const entered = enter(request, {space: name}, query);
      const body = await during(traced, "receive", () => bodies.read(request, BODY_MAX_BYTES));
      const desk = deskOf(entered.space as Space);
      let cue = cueOf(desk, essence(request.headers["content-type"]), body, entered.query);
      const place = admission.tryEnter("search") ?? admission.enter("search", name, leaving(response));
      if (place instanceof Promise) {
        // The vector lies in the desk's array, and others are read into it meanwhile.
        cue = {...cue, vector: cue.vector.slice()};
        release = await during(traced, "wait", () => place);
      } else release = place;
      const found = during(traced, "engine", () => recall(desk, cue));
      answer(request, response, found instanceof Promise ? await found : found);
    } catch (error) {
      if (refusal(error).status >= 500) log.error({err: error, url: request.url}, "request failed");
      fail(response, error);
    } finally {
      release?.();
      metrics.served({
        operation: recallOperation.id,
        version: "v1",
        status: response.statusCode,
        seconds: (performance.now() - began) / MS_PER_S,
      });
    }
  }

  return (request, response) => {
    const {url = "", method} = request;
    if (method !== "POST" || !url.startsWith("/v1/")) return false;
    const mark = url.indexOf("?");
    const path = mark === -1 ? url : url.slice(0, mark);
    if (path === NULL_ADDRESS) {
      bodies.read(request, BODY_MAX_BYTES).then(
        () => answer(request, response, {ids: [], scores: []}),
        (error: unknown) => fail(response, error),
      );
      return true;
    }
    if (!path.startsWith(PREFIX) || !path.endsWith(SUFFIX)) return false;
    const name = path.slice(PREFIX.length, -SUFFIX.length);
    if (!PLAIN_NAME.test(name)) return false;
    void serve(request, response, name, mark === -1 ? "" : url.slice(mark + 1));
    return true;
  };
}

/** As JSON, without a list of objects in between. */
export function hitsJson({ids, scores}: Found): string {
  let text = '{"hits":[';
  for (let i = 0; i < ids.length; i++)
    text += `${i === 0 ? "" : ","}{"id":${JSON.stringify(ids[i])},"score":${scores[i]}}`;
  return `${text}]}`;
}

const OK = deprecation(recallOperation, "v1").flat();

function answer(request: IncomingMessage, response: ServerResponse, {ids, scores}: Found): void {
  const binary = request.headers.accept === HITS_TYPE;
  // As letters, a body of bytes leaves in one write with its head.
  const body = binary ? hitsLetters(ids, scores) : hitsJson({ids, scores});
  const length = binary ? body.length : Buffer.byteLength(body);
  const type = binary ? HITS_TYPE : JSON_ANSWER;
  response.writeHead(200, [...OK, "content-type", type, "content-length", String(length)]);
  response.end(body, binary ? "latin1" : "utf8");
}

const fail = (response: ServerResponse, error: unknown) => sendRefusal(response, refusal(error), OK);
