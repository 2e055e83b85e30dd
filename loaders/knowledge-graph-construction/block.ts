// One process that is told a stream of passages of three domains, forms concepts beside it, and is then asked. All that
// it answers is returned row by row; nothing is judged here.
import {createHash} from "node:crypto";
import {rmSync} from "node:fs";
import {Engine, type Space} from "../../native/engine.ts";
import {isotonic, type Told} from "../lab/statistics/calibration.ts";
import {stream} from "../lab/statistics/random.ts";
import {poisson} from "../load/arrivals.ts";
import {kmeans} from "./kmeans.ts";

export interface DomainInput {
  name: string;
  /** Row-major, unit length, one per passage. */
  vectors: Float32Array;
  texts: string[];
  /** Row-major; one per question, and the passage (position in this domain) that it asks for. */
  questions: Float32Array;
  answers: Uint32Array;
}

export interface BlockInput {
  directory: string;
  dimension: number;
  domains: DomainInput[];
  docs_per_s: number;
  /** 0: no concepts are formed. */
  consolidate_every_s: number;
  seed: number;
}

export const METHODS = ["plain kNN", "similar", "blended"] as const;
export type Method = (typeof METHODS)[number];

export interface Asked {
  domain: number;
  question: number;
  method: number;
  /** Place of the passage asked for among the ten answered, from 0; −1: not there. */
  place: number;
  began_ns: number;
  ended_ns: number;
  /** Of the first hit: that it is right, as told. */
  confidence: number;
  right: boolean;
  /** Whether its confidence was mapped before by other questions. */
  held_out: boolean;
}

export interface BlockOutput {
  stored: number;
  stream_seconds: number;
  stores_ns: Float64Array;
  backlog_max: number;
  cycles_ns: Float64Array;
  lost: number;
  altered: number;
  /** Hits that bear another domain's name. */
  crossed: number;
  concepts: {domain: number; concept: number; coherence: number}[];
  /** Bound passages: their concept, and the group that k-means gives them. */
  bound: {domain: number; passage: number; concept: number; group: number}[];
  asked: Asked[];
}

const K = 10;
/** Stores in flight; beyond, the stream waits: back-pressure. */
const IN_FLIGHT_MAX = 64;
const PAGE = 1_000;
const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const idOf = (domain: string, passage: number) => `${domain}/${passage}`;

export async function main(input: BlockInput, report: (value: unknown) => void): Promise<BlockOutput> {
  const {directory, dimension, domains, docs_per_s, consolidate_every_s, seed} = input;
  const engine = await Engine.open(directory, {durability: "group"});
  const spaces: Space[] = [];
  for (const {name} of domains) spaces.push(await engine.space(name.toLowerCase(), {dimension}));
  const row = (values: Float32Array, at: number) => values.subarray(at * dimension, (at + 1) * dimension);

  // The domains' streams as one, each passage at its time.
  const order = domains.flatMap(({texts}, domain) =>
    texts.map((_, passage) => ({domain, passage, at: passage / texts.length})),
  );
  order.sort((a, b) => a.at - b.at || a.domain - b.domain);
  const due = poisson(docs_per_s, order.length, stream(seed, "stream"));
  const stores_ns = new Float64Array(order.length);
  const cycles: number[] = [];
  let over = false;
  const cycle = async () => {
    for (const space of spaces) {
      const began = process.hrtime.bigint();
      await space.memory.consolidate(Date.now(), {tau: 0});
      cycles.push(Number(process.hrtime.bigint() - began));
    }
  };
  const beside = (async () => {
    while (consolidate_every_s > 0 && !over) {
      await new Promise((resolve) => setTimeout(resolve, consolidate_every_s * 1_000));
      await cycle();
    }
  })();
  const began = process.hrtime.bigint();
  const now = () => Number(process.hrtime.bigint() - began);
  const flying = new Set<Promise<void>>();
  let backlog_max = 0;
  for (const [index, {domain, passage}] of order.entries()) {
    const wait = ((due[index] as number) - now()) / 1e6;
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    if (flying.size >= IN_FLIGHT_MAX) await Promise.race(flying);
    const {name, texts, vectors} = domains[domain] as DomainInput;
    const store = (spaces[domain] as Space)
      .store({
        id: idOf(name, passage),
        embedding: row(vectors, passage),
        content: texts[passage] as string,
        at: Date.now(),
      })
      .then(() => {
        stores_ns[index] = now() - (due[index] as number);
        flying.delete(store);
      });
    flying.add(store);
    backlog_max = Math.max(backlog_max, flying.size);
    if (index % 100 === 0) report({done: index / order.length, doing: "telling passages"});
  }
  await Promise.all(flying);
  const stream_seconds = now() / 1e9;
  over = true;
  await beside;
  if (consolidate_every_s > 0) await cycle();

  let lost = 0;
  let altered = 0;
  let crossed = 0;
  for (const [domain, {name, texts}] of domains.entries())
    for (const [passage, text] of texts.entries()) {
      const found = (spaces[domain] as Space).get(idOf(name, passage));
      if (found === undefined) lost++;
      else if (hash(found.content ?? "") !== hash(text)) altered++;
    }

  const concepts: BlockOutput["concepts"] = [];
  const bound: BlockOutput["bound"] = [];
  for (const [domain, {name, vectors}] of domains.entries()) {
    const members: {passage: number; concept: number}[] = [];
    for (let first = 0; ; ) {
      const page = (spaces[domain] as Space).memory.concepts({first, limit: PAGE});
      for (const {number, coherence, members: of} of page) {
        concepts.push({domain, concept: number, coherence});
        for (const {id} of of) {
          if (!id.startsWith(`${name}/`)) crossed++;
          members.push({passage: Number(id.split("/")[1]), concept: number});
        }
      }
      if (page.length < PAGE) break;
      first = (page.at(-1)?.number ?? 0) + 1;
    }
    const k = new Set(members.map(({concept}) => concept)).size;
    if (k === 0) continue;
    report({done: 1, doing: `k-means of ${name}`});
    const of = members.map(({passage}) => row(vectors, passage));
    const {groups} = kmeans(of, k, stream(seed, `k-means ${name}`));
    members.forEach((member, i) => {
      bound.push({domain, ...member, group: groups[i] as number});
    });
  }

  const asked: Asked[] = [];
  /** All questions of a half, by every method in turn. */
  async function ask(domain: number, half: 0 | 1): Promise<void> {
    const {name, questions, answers} = domains[domain] as DomainInput;
    const space = spaces[domain] as Space;
    for (let question = half; question < answers.length; question += 2)
      for (const [method, of] of METHODS.entries()) {
        const vector = row(questions, question);
        const mode = of === "blended" ? ("blended" as const) : ("similar" as const);
        const began_ns = now();
        const {hits} = await space.memory.answer({vector}, {mode, k: K, exact: of === "plain kNN"});
        const ended_ns = now();
        const ids = hits.flatMap((hit) => (hit.kind === "episode" ? [hit.id] : []));
        crossed += ids.filter((id) => !id.startsWith(`${name}/`)).length;
        const place = ids.indexOf(idOf(name, answers[question] as number));
        const confidence = hits[0]?.confidence ?? 0;
        asked.push({
          ...{domain, question, method, place, began_ns, ended_ns, confidence},
          right: place === 0,
          held_out: half === 1,
        });
      }
  }
  const blended = METHODS.indexOf("blended");
  for (const domain of domains.keys()) {
    report({done: 1, doing: `asking about ${domains[domain]?.name}`});
    await ask(domain, 0);
    // Confidence is a probability only once it was compared with what came true: with these, for the others.
    const seen: Told[] = asked
      .filter((one) => one.domain === domain && one.method === blended && !one.held_out)
      .map(({confidence: probability, right}) => ({probability, right}));
    if (seen.length > 1) await (spaces[domain] as Space).memory.configure({calibration: isotonic(seen)});
    await ask(domain, 1);
  }
  const stored = spaces.reduce((sum, space) => sum + space.stats().episodes, 0);
  await engine.close();
  return {
    ...{
      stored,
      stream_seconds,
      stores_ns,
      backlog_max,
      lost,
      altered,
      crossed,
      concepts,
      bound,
      asked,
    },
    cycles_ns: Float64Array.from(cycles),
  };
}

const BATCH = 2_000;

/** So long a space rests before it is consolidated: what stores left to be linked is done then, ms. */
const REST_MS = 500;

export interface CostInput {
  directory: string;
  dimension: number;
  /** Row-major, as many as the largest size. */
  vectors: Float32Array;
  /** Passages of one consolidation. */
  sizes: readonly number[];
  repeats: number;
}

/** Seconds of one consolidation from nothing, of each size in turns, the other way round every other time: a drift of
 *  the machine favours none. */
export async function cost(
  {directory, dimension, vectors, sizes, repeats}: CostInput,
  report: (value: unknown) => void,
): Promise<{size: number; seconds: number}[]> {
  const costs: {size: number; seconds: number}[] = [];
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const size of repeat % 2 === 0 ? sizes : sizes.toReversed()) {
      report({
        done: costs.length / (repeats * sizes.length),
        doing: `consolidating ${size.toLocaleString("en")} at once`,
      });
      const seconds = await consolidated(`${directory}/${costs.length}`, dimension, vectors, size);
      costs.push({size, seconds});
    }
  return costs;
}

async function consolidated(directory: string, dimension: number, vectors: Float32Array, size: number) {
  const engine = await Engine.open(directory, {durability: "async"});
  const space = await engine.space("all", {dimension});
  for (let first = 0; first < size; first += BATCH) {
    const end = Math.min(size, first + BATCH);
    await space.storeBatch({
      ids: Array.from({length: end - first}, (_, i) => `p${first + i}`),
      embeddings: vectors.subarray(first * dimension, end * dimension),
      at: new Float64Array(end - first),
    });
  }
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const {elapsedNs} = await space.memory.consolidate(0, {tau: 0});
  await engine.close();
  rmSync(directory, {recursive: true});
  return elapsedNs / 1e9;
}
