// The parent's side of a system under test: starts its process, loads it, visits it. One worker per subject
// and process start; a worker that dies takes no other with it.
import {homedir} from "node:os";
import {join} from "node:path";
import type {RequestColumns} from "../lab/measure/recorder.ts";
import {startWorker, type Worker} from "../lab/measure/worker.ts";
import {SYSTEMS} from "../systems/cards.ts";
import type {GraphLoaded, Timed, VectorsLoaded} from "../systems/subject.ts";
import type {Availability, EdgeList, SystemCard} from "../systems/system.ts";

export const CACHE = join(homedir(), ".cache/engram-workbench/systems");
const SUBJECT = new URL("../systems/subject.ts", import.meta.url).href;

/** The CPU that subjects run on; the parent waits on the other. */
const CPU = "1";

export interface Session {
  card: SystemCard;
  folder: string;
  worker: Worker;
}

export function openSession(card: SystemCard, signal: AbortSignal, systems: URL = SYSTEMS): Session {
  return {
    card,
    folder: new URL(`${card.name}/`, systems).href,
    worker: startWorker(SUBJECT, {cpus: CPU, signal}),
  };
}

export const prepare = ({worker, folder}: Session, log: (line: string) => void) =>
  worker.call<Availability>("prepare", {folder, cache: CACHE}, (line) => log(String(line)));

export const loadVectors = (
  {worker, folder}: Session,
  data: {vectors: Float32Array; dimension: number; directory: string},
) => worker.call<VectorsLoaded>("loadVectors", {folder, cache: CACHE, ...data});

export const loadGraph = ({worker, folder}: Session, data: {edges: EdgeList; directory: string}) =>
  worker.call<GraphLoaded>("loadGraph", {folder, cache: CACHE, ...data});

export async function closeSession({worker}: Session): Promise<void> {
  try {
    await worker.call("close", null);
  } finally {
    await worker.stop();
  }
}

/** Requests one after the other: each was due when it began. */
export function closedLoop(
  operation: string,
  {start_ns, end_ns}: Pick<Timed, "start_ns" | "end_ns">,
  origin: number,
): RequestColumns {
  const since = start_ns.map((at) => at - origin);
  return {
    operation: new Uint8Array(start_ns.length),
    operations: [operation],
    intended_ns: since,
    start_ns: since,
    end_ns: end_ns.map((at) => at - origin),
    status: new Uint8Array(start_ns.length),
    statuses: ["ok"],
  };
}
