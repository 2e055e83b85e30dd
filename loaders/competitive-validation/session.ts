// The parent's side of a system under test: starts its process, loads it, asks it. One process per subject and
// start; one that dies takes no other with it.
import {homedir} from "node:os";
import {join} from "node:path";
import {startWorker, type Worker} from "../lab/measure/worker.ts";
import {SYSTEMS} from "../systems/cards.ts";
import type {Availability} from "../systems/system.ts";
import type {Subject} from "./subjects.ts";

export const CACHE = join(homedir(), ".cache/engram-workbench/systems");
const SUBJECT = new URL("../systems/subject.ts", import.meta.url).href;

/** The CPU that single-threaded subjects run on; the parent waits on another. */
const CPU = "1";

export interface Surroundings {
  /** Indexes live below it, and outlive a process: what one start built, the next one opens. */
  directory: string;
  signal: AbortSignal;
  /** Threads a subject may use; one is pinned to a CPU. */
  threads: number;
  /** Folder of the systems. */
  systems?: URL;
}

export interface Session {
  subject: Subject;
  /** Threads it may use for one request or one batch. */
  threads: number;
  call<Output>(method: string, input?: object): Promise<Output>;
  /** Ends its process and starts another. */
  restart(): Promise<void>;
  /** Ends its process as a power cut would: no time to tidy up. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

const folderOf = (subject: Subject, systems: URL) => new URL(`${subject.card.name}/`, systems).href;

export function openSession(
  subject: Subject,
  {directory, signal, threads, systems = SYSTEMS}: Surroundings,
): Session {
  const start = (): Worker => startWorker(SUBJECT, {signal, ...(threads === 1 ? {cpus: CPU} : {})});
  const about = {
    folder: folderOf(subject, systems),
    cache: CACHE,
    configuration: subject.configuration.name,
    directory,
    threads,
  };
  let worker = start();
  return {
    subject,
    threads,
    call: (method, input = {}) => worker.call(method, {...about, ...input}),
    async restart() {
      await worker.stop();
      worker = start();
    },
    async kill() {
      await worker.stop(); // SIGKILL
    },
    async close() {
      try {
        await worker.call("close", null);
      } catch {
        // It is gone already, and its visits say so.
      } finally {
        await worker.stop();
      }
    },
  };
}

/** Whether each card's system is there, installed now where it was not; one process asks all. */
export async function prepareAll(
  subjects: readonly Subject[],
  log: (line: string) => void,
  {signal, systems = SYSTEMS}: {signal: AbortSignal; systems?: URL},
): Promise<Map<string, Availability>> {
  const states = new Map<string, Availability>();
  const worker = startWorker(SUBJECT, {signal});
  try {
    for (const subject of subjects) {
      const {name} = subject.card;
      if (states.has(name)) continue;
      log(`preparing ${name}`);
      const input = {folder: folderOf(subject, systems), cache: CACHE};
      states.set(name, await worker.call<Availability>("prepare", input, (line) => log(String(line))));
    }
  } finally {
    await worker.stop();
  }
  return states;
}
