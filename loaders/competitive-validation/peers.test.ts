// The real systems, each by a small round trip. Those that are installed soon are installed here, the others tested
// where they are in the cache; who cannot be had is skipped by name with the reason. ENGRAM_PEERS=neo4j,lancedb
// tests these alone, and installs them.
import assert from "node:assert/strict";
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {homedir, tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {startWorker} from "../lab/measure/worker.ts";
import {readCards, SYSTEMS} from "../systems/cards.ts";
import {prepare, type Subject} from "../systems/subject.ts";
import type {Availability, Scenario} from "../systems/system.ts";
import {roundTrip} from "./fixtures/round-trip.ts";

const CACHE = join(homedir(), ".cache/engram-workbench/systems");
const WANTED = process.env.ENGRAM_PEERS?.split(",");

/** What is left out: a start of its process takes seconds and another trip goes the same way; or what it
 *  ships as default leaves as few vectors as here without an index, or quantises random ones too coarsely. */
const LEFT_OUT: Record<string, readonly Scenario[]> = {
  "lancedb default": ["search"],
  "qdrant default": ["search"],
  "neo4j in process": ["search", "hybrid"],
  "neo4j bolt": ["search", "walk", "write"],
};

/** Systems in processes of their own, by the configuration that starts soonest. */
const APART: Record<string, string> = {
  engram: "served",
  neo4j: "in process",
  pgvector: "default",
  qdrant: "int8",
};
const GONE_MS_MAX = 60_000;

/** Installed within a minute each; the others take several, or half a gigabyte. */
const INSTALLED_HERE = ["engram", "neo4j", "pgvector", "qdrant"];

async function availability(name: string, folder: string): Promise<Availability> {
  const cached = existsSync(CACHE) && readdirSync(CACHE).some((entry) => entry.startsWith(`${name}-`));
  if (cached || WANTED !== undefined || INSTALLED_HERE.includes(name))
    return prepare({folder, cache: CACHE}, () => {});
  return {ready: false, reason: `it is not in the cache; npm run systems -- doctor ${name} installs it`};
}

/** What runs or waits still; a process that has ended and was not yet asked for its code is gone. */
function runs(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

/** Kills the process that measures, and waits until those that it started are gone from the process table. */
async function killInMidRun(about: Subject): Promise<void> {
  const worker = startWorker(new URL("../systems/subject.ts", import.meta.url).href);
  try {
    const vectors = Float32Array.from({length: 64 * 8}, (_, at) => Math.sin(at + 1));
    await worker.call("loadVectors", {...about, vectors, dimension: 8});
    const processes = await worker.call<number[]>("processes", null);
    assert.ok(processes.length > 0 && processes.every(runs));
    const unanswered = worker.call("searchNothing", {query: vectors.subarray(0, 8), n: 1_000_000});
    unanswered.catch(() => {}); // it never comes
    await worker.stop(); // SIGKILL
    const until = Date.now() + GONE_MS_MAX;
    while (processes.some(runs)) {
      assert.ok(Date.now() < until, `of ${processes} some are left: ${processes.filter(runs)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await worker.stop();
  }
}

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "engram-peers-"));
  try {
    await use(directory);
  } finally {
    rmSync(directory, {recursive: true});
  }
}

for (const card of await readCards()) {
  const {name} = card;
  if (WANTED !== undefined && !WANTED.includes(name)) continue;
  const folder = new URL(`${name}/`, SYSTEMS).href;
  const state = await availability(name, folder);
  const skip = state.ready ? false : `not run: ${state.reason}`;
  const apart = APART[name];
  if (apart !== undefined)
    test(`${name} ${apart} leaves no process behind when it is killed in mid-run`, {skip}, () =>
      inDirectory((directory) => killInMidRun({folder, cache: CACHE, configuration: apart, directory})),
    );
  for (const {name: configuration, scenarios} of card.configurations)
    for (const scenario of scenarios) {
      if (scenario === "spread" || LEFT_OUT[`${name} ${configuration}`]?.includes(scenario)) continue;
      test(`${name} ${configuration} passes a round trip of ${scenario}`, {skip}, () =>
        inDirectory((directory) => roundTrip(scenario, {folder, cache: CACHE, configuration, directory})),
      );
    }
}
