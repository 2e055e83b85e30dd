// How experiment 112 visits its subjects: load each in its own process, then take turns; every answer is
// checked against a truth that none of the systems computed.
import type {Graph} from "../datasets/graph.ts";
import type {Recorder} from "../lab/measure/recorder.ts";
import {WorkerError} from "../lab/measure/worker.ts";
import {permutation} from "../lab/statistics/random.ts";
import {type Rows, recallAtK, rowOf} from "../lab/statistics/recall.ts";
import {interleave} from "../load/interleave.ts";
import {answersSha256, type Timed} from "../systems/subject.ts";
import type {SystemCard} from "../systems/system.ts";
import {closedLoop, loadGraph, loadVectors, type Session} from "./session.ts";
import {adjacency, within} from "./traversal-truth.ts";

export const SEARCH_OPERATION = "search ef=";
export const HOP_OPERATION = "hops=";
export const RECALL_METRIC = "recall_at_k";
const HOPS = [1, 2, 3];
/** Past this recall a higher setting only takes time. */
const RECALL_ENOUGH = 0.996;

export interface Visiting {
  sessions: Session[];
  parameters: {
    k: number;
    seeds: number;
    rounds_per_start: number;
    null_requests: number;
  };
  start: number;
  directory: string;
  record: Recorder;
  step: (share: number, doing: string) => void;
}

/** Seeds whose reached nodes are compared one by one; of all others the count is compared. */
const SEEDS_COMPARED = 20;

/** Share of a start's time that loading takes, for the progress bar. */
const LOADING = 0.5;

function blockOf(record: Recorder, card: SystemCard, round: number, position: number) {
  return record.block({
    subject: card.name,
    subject_version: card.version,
    configuration: card.configurations[0].settings,
    position,
    round,
    temperature: "warm",
    schedule: "closed",
  });
}

/** Runs one visit; a subject whose process dies loses this visit and all later ones, and the others go on. */
async function visit(
  record: Recorder,
  {card}: Session,
  at: {round: number; position: number},
  dead: Set<string>,
  work: (block: ReturnType<Recorder["block"]>) => Promise<void>,
): Promise<void> {
  const block = blockOf(record, card, at.round, at.position);
  if (dead.has(card.name)) block.exclude("its process died in an earlier visit");
  else
    try {
      await work(block);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      if (error.ended) dead.add(card.name);
      block.exclude(error.message);
    }
  block.end();
}

export async function visitVectors({
  sessions,
  base,
  asked,
  kth,
  parameters,
  start,
  directory,
  record,
  step,
}: Visiting & {
  base: Rows;
  asked: Rows;
  /** Of each query, the cosine to its k-th exact neighbour. */
  kth: Float64Array;
}): Promise<void> {
  const {k, rounds_per_start: rounds, null_requests} = parameters;
  const loaded = new Map<string, Awaited<ReturnType<typeof loadVectors>>>();
  for (const [index, session] of sessions.entries()) {
    step((index / sessions.length) * LOADING, `${session.card.name} builds its index`);
    const load = await loadVectors(session, {vectors: base.values, dimension: base.dimension, directory});
    loaded.set(session.card.name, load);
  }
  const dead = new Set<string>();
  const visits = interleave(sessions, rounds);
  for (const [index, {subject: session, round, position}] of visits.entries()) {
    const {name} = session.card;
    const load = loaded.get(name) as NonNullable<ReturnType<typeof loaded.get>>;
    step(LOADING + (index / visits.length) * (1 - LOADING), `${name} searches, round ${round + 1}`);
    await visit(record, session, {round: start * rounds + round, position}, dead, async (block) => {
      block.observe("vectors", "count", load.indexed);
      block.observe("build_seconds", "s", load.build_seconds, {label: load.reused ? "reopened" : "new"});
      if (load.index_bytes !== null) block.observe("bytes", "bytes", load.index_bytes);
      const nothing = await session.worker.call<Timed>("searchNothing", {
        query: rowOf(asked, 0),
        n: null_requests,
      });
      const origin = nothing.start_ns[0] ?? 0;
      block.requests(closedLoop("null search", nothing, origin));
      for (const effort of load.efforts) {
        const found = await session.worker.call<Timed & {ordinals: Uint32Array}>("search", {
          queries: asked.values,
          dimension: asked.dimension,
          k,
          effort,
        });
        block.requests(closedLoop(`${SEARCH_OPERATION}${effort}`, found, origin));
        let sum = 0;
        for (let query = 0; query < kth.length; query++)
          sum += recallAtK(
            base,
            rowOf(asked, query),
            found.ordinals.subarray(query * k, (query + 1) * k),
            kth[query] as number,
            k,
          );
        const recall = sum / kth.length;
        block.observe(RECALL_METRIC, "share", recall, {label: String(effort), n: kth.length});
        if (recall >= RECALL_ENOUGH) break;
      }
    });
  }
}

export async function visitGraphs({
  sessions,
  graph,
  parameters,
  start,
  directory,
  record,
  step,
  random,
}: Visiting & {graph: Graph; random: () => number}): Promise<void> {
  const {rounds_per_start: rounds, null_requests} = parameters;
  const {nodes, from, to} = graph;
  const seeds = permutation(nodes, random).slice(0, parameters.seeds);
  const edges = adjacency(nodes, from, to);
  const truth = HOPS.map((hops) => Array.from(seeds, (seed) => within(edges, seed, hops)));
  const compared = seeds.slice(0, SEEDS_COMPARED);
  const expected = answersSha256(
    HOPS.flatMap((hops, index) =>
      Array.from(compared, (seed, at) => ({seed, hops, nodes: truth[index]?.[at] as Uint32Array})),
    ),
  );
  const loaded = new Map<string, Awaited<ReturnType<typeof loadGraph>>>();
  for (const [index, session] of sessions.entries()) {
    step((index / sessions.length) * LOADING, `${session.card.name} loads the graph`);
    loaded.set(session.card.name, await loadGraph(session, {edges: {nodes, from, to}, directory}));
  }
  const dead = new Set<string>();
  const visits = interleave(sessions, rounds);
  for (const [index, {subject: session, round, position}] of visits.entries()) {
    const {name} = session.card;
    const load = loaded.get(name) as NonNullable<ReturnType<typeof loaded.get>>;
    step(LOADING + (index / visits.length) * (1 - LOADING), `${name} walks, round ${round + 1}`);
    await visit(record, session, {round: start * rounds + round, position}, dead, async (block) => {
      block.observe("edges", "count", load.indexed);
      const {sha256} = await session.worker.call<{sha256: string}>("reached", {
        seeds: compared,
        hops: HOPS,
      });
      block.answers(sha256, compared.length * HOPS.length);
      if (sha256 !== expected) block.exclude("its answers differ from a plain breadth-first search");
      const nothing = await session.worker.call<Timed>("reachNothing", {n: null_requests});
      const origin = nothing.start_ns[0] ?? 0;
      block.requests(closedLoop("null walk", nothing, origin));
      for (const [depth, hops] of HOPS.entries()) {
        const found = await session.worker.call<Timed & {counts: Uint32Array}>("reach", {seeds, hops});
        block.requests(closedLoop(`${HOP_OPERATION}${hops}`, found, origin));
        if (found.counts.some((count, at) => count !== truth[depth]?.[at]?.length))
          block.exclude(`its counts of ${hops} hops differ from a plain breadth-first search`);
      }
    });
  }
}
