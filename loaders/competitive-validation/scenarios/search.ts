// Vector search: every setting of every system against exact neighbours that none of them computed.
import type {BlockRecorder} from "../../lab/measure/recorder.ts";
import {type Rows, recallAtK, rowOf} from "../../lab/statistics/recall.ts";
import type {Footprint, Timed, VectorsLoaded} from "../../systems/subject.ts";
import type {Session} from "../session.ts";
import {closedLoop, nothing, observeClock, type Scenario} from "../turns.ts";

export interface SearchData {
  dataset: string;
  base: Rows;
  asked: Rows;
  /** Of each query, the cosine to its k-th exact neighbour. */
  kth: Float64Array;
  k: number;
}

export interface SearchLimits {
  null_requests: number;
  /** Time a pass over the queries may take; a system that needs longer answers fewer of them, the same first ones. */
  pass_ms: number;
}

export const RECALL_METRIC = "recall_at_k";
export const searchOperation = (dataset: string, effort: number) => `search ${dataset} ef=${effort}`;

/** Recalls at which systems are compared. */
export const TARGETS = [0.9, 0.95, 0.99];
/** Past this recall a higher setting only takes time. */
const RECALL_ENOUGH = 0.996;
const QUERIES_MIN = 30;
const PROBE_QUERIES = 10;

/** Recall as one digit per query, in units of 1/k (base 36): the interval needs every query's own. */
export const HITS_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

interface Found extends Timed {
  ordinals: Uint32Array;
}

function hitsOf({base, asked, kth, k}: SearchData, ordinals: Uint32Array): number[] {
  return Array.from({length: ordinals.length / k}, (_, query) => {
    const answers = ordinals.subarray(query * k, (query + 1) * k);
    return Math.round(recallAtK(base, rowOf(asked, query), answers, kth[query] as number, k) * k);
  });
}

/** Efforts that decide the rate at each target: the first that reaches it and its two neighbours below; always the
 *  cheapest one. */
export function decisive(swept: readonly {effort: number; recall: number}[]): number[] {
  const wanted = new Set<number>([0]);
  for (const target of TARGETS) {
    const at = swept.findIndex(({recall}) => recall >= target);
    const first = at < 0 ? swept.length - 1 : at;
    for (const index of [first - 1, first, first + 1])
      if (index >= 0 && index < swept.length) wanted.add(index);
  }
  return [...wanted].sort((a, b) => a - b).map((index) => swept[index]?.effort as number);
}

interface Searching {
  loaded: VectorsLoaded;
  /** Queries it answers in the time of a pass. */
  queries: number;
  /** Efforts of the next visit: all at first, then those that decide. */
  efforts: readonly number[];
}

/** What the index holds and costs; a system that left something out of its index is excluded by name. */
async function observeHolding(
  session: Session,
  block: BlockRecorder,
  loaded: VectorsLoaded,
  {dataset, base}: SearchData,
) {
  const label = dataset;
  const {memory_bytes, baseline_bytes, disk_bytes} = await session.call<Footprint>("footprint");
  const expected = base.values.length / base.dimension;
  block.observe("vectors", "count", loaded.indexed, {label});
  if (loaded.segments !== null) block.observe("segments", "count", loaded.segments, {label});
  if (loaded.reused) block.observe("open_seconds", "s", loaded.start_seconds + loaded.ready_seconds, {label});
  else block.observe("build_seconds", "s", loaded.build_seconds + loaded.ready_seconds, {label});
  if (loaded.index_bytes !== null) block.observe("index_bytes", "bytes", loaded.index_bytes, {label});
  block.observe("memory_bytes", "bytes", Math.max(0, memory_bytes - baseline_bytes), {label});
  block.observe("disk_bytes", "bytes", disk_bytes, {label});
  if (loaded.indexed < expected) block.exclude(`its index covers ${loaded.indexed} of ${expected} vectors`);
}

const loadInto = (session: Session, {base}: SearchData) =>
  session.call<VectorsLoaded>("loadVectors", {vectors: base.values, dimension: base.dimension});

/** Builds the index, with all the threads the session has; later starts open it. */
export function buildingVectors(data: SearchData): Scenario<VectorsLoaded> {
  return {
    name: `build ${data.dataset}`,
    dataset: data.dataset,
    load: (session) => loadInto(session, data),
    visit: (session, loaded, block) => observeHolding(session, block, loaded, data),
  };
}

export function searching(data: SearchData, {null_requests, pass_ms}: SearchLimits): Scenario<Searching> {
  const {dataset, base, asked, k} = data;
  const {dimension} = base;
  const ask = (session: Session, effort: number, queries: number) =>
    session.call<Found>("search", {
      queries: asked.values.subarray(0, queries * dimension),
      dimension,
      k,
      effort,
    });
  return {
    name: `search ${dataset}`,
    dataset,
    async load(session) {
      const loaded = await loadInto(session, data);
      const middle = loaded.efforts[loaded.efforts.length >> 1] as number;
      const probe = await ask(session, middle, PROBE_QUERIES);
      const spent = probe.end_ns.map((end, at) => end - (probe.start_ns[at] as number)).sort();
      const cost = spent[PROBE_QUERIES >> 1] as number;
      const queries = Math.max(QUERIES_MIN, Math.floor((pass_ms * 1e6) / cost));
      return {loaded, queries: Math.min(queries, data.kth.length), efforts: loaded.efforts};
    },
    async visit(session, state, block) {
      await observeHolding(session, block, state.loaded, data);
      const origin = await nothing(session, block, "searchNothing", {
        query: rowOf(asked, 0),
        n: null_requests,
      });
      const swept: {effort: number; recall: number}[] = [];
      for (const effort of state.efforts) {
        const found = await ask(session, effort, state.queries);
        const operation = searchOperation(dataset, effort);
        block.requests(closedLoop(operation, found, origin));
        observeClock(block, operation, found);
        const hits = hitsOf(data, found.ordinals);
        const recall = hits.reduce((sum, one) => sum + one, 0) / (hits.length * k);
        const digits = hits.map((one) => HITS_DIGITS[one]).join("");
        block.observe(RECALL_METRIC, "share", recall, {label: `${operation} ${digits}`, n: hits.length});
        swept.push({effort, recall});
        if (recall >= RECALL_ENOUGH) break;
      }
      state.efforts = decisive(swept);
    },
  };
}

export const BATCH_RECALL = 0.95;
export const batchOperation = (dataset: string) => `batch ${dataset}`;

interface Batch {
  start_ns: number;
  end_ns: number;
  ordinals: Uint32Array;
}

/** All queries at once over all cores, at the first setting whose recall reaches BATCH_RECALL. */
export function searchingOnAllCores(data: SearchData): Scenario<{effort: number}> {
  const {dataset, asked, k} = data;
  const batch = (session: Session, effort: number) =>
    session.call<Batch | null>("searchBatch", {queries: asked.values, k, effort});
  const recallOf = (ordinals: Uint32Array) => {
    const hits = hitsOf(data, ordinals);
    return hits.reduce((sum, one) => sum + one, 0) / (hits.length * k);
  };
  return {
    name: `search ${dataset}, all cores`,
    dataset,
    async load(session) {
      const {efforts} = await loadInto(session, data);
      let last = efforts.at(-1) as number;
      for (const effort of efforts) {
        const found = await batch(session, effort);
        if (found === null) break;
        if (recallOf(found.ordinals) >= BATCH_RECALL) {
          last = effort;
          break;
        }
      }
      return {effort: last};
    },
    async visit(session, {effort}, block) {
      const found = await batch(session, effort);
      if (found === null) return block.exclude("it has no call for many questions at once");
      const times = {start_ns: Float64Array.of(found.start_ns), end_ns: Float64Array.of(found.end_ns)};
      block.requests(closedLoop(batchOperation(dataset), times, found.start_ns));
      const n = data.kth.length;
      block.observe("batch_recall", "share", recallOf(found.ordinals), {label: String(effort), n});
      block.observe("batch_queries", "count", n);
    },
  };
}
