// One run of one experiment: key, lock, datasets, scratch, measure, append. Nothing reaches the store
// unless the whole run was measured.
import {randomBytes} from "node:crypto";
import {mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {join} from "node:path";
import {lookup} from "../../datasets/lookup.ts";
import type {Definition} from "../experiment.ts";
import type {Laboratory} from "../laboratory.ts";
import {readCommit} from "../provenance/git.ts";
import {readHost} from "../provenance/host.ts";
import {keyOf, keyParts} from "../provenance/key.ts";
import type {ProfileName, Run} from "../record.ts";
import {stream} from "../statistics/random.ts";
import {sha256File} from "../store/checksums.ts";
import {append, KEY_HEX_IN_PATH, open, runsRead} from "../store/store.ts";
import {type Holder, withLock} from "./lock.ts";
import {recording} from "./recording.ts";

export const SEED = 20_261_124;

export interface RunEffects {
  progress?: (done: number, total: number, doing: string) => void;
  waiting?: (holder: Holder) => void;
  signal?: AbortSignal;
  wallClock?: () => number;
}

function runName(started: number, experiment: string): string {
  const stamp = new Date(started).toISOString().replace(/[-:]/g, "").slice(0, 15);
  return `${stamp}Z-${experiment}-${randomBytes(3).toString("hex")}`;
}

/** Measures and appends; resolves with the stored run's folder. */
export async function runExperiment(
  lab: Laboratory,
  definition: Definition<never>,
  profile: ProfileName,
  {
    progress = () => {},
    waiting = () => {},
    signal = new AbortController().signal,
    wallClock = Date.now,
  }: RunEffects = {},
): Promise<{run: string; key: string; replicate: number; directory: string}> {
  const datasets = new Map(
    await Promise.all(
      definition.datasets.map(async (name) => [name, await lookup(name, lab.lookup)] as const),
    ),
  );
  const before = open(lab.store);
  const parts = keyParts(lab.root, definition, profile, {
    ...Object.fromEntries([...datasets].map(([name, set]) => [name, set.sha256])),
    ...runsRead(before, definition.reads),
  });
  const key = keyOf(parts);
  return withLock(`experiment ${definition.id}, profile ${profile}`, () => measure(), {waiting, signal});

  async function measure() {
    rmSync(lab.scratch, {recursive: true, force: true}); // what a killed run left: the lock says that none runs
    mkdirSync(lab.scratch, {recursive: true});
    const scratch = mkdtempSync(join(lab.scratch, `${definition.id}-`));
    const started = wallClock();
    const run = runName(started, definition.id);
    const commit = readCommit(lab.root);
    const recorder = recording(run);
    try {
      await definition.measure({
        profile,
        parameters: definition.profiles[profile],
        seed: SEED,
        random: (name) => stream(SEED, name),
        now: process.hrtime.bigint,
        dataset: async (name) => {
          const set = datasets.get(name);
          if (set === undefined)
            throw new TypeError(
              `experiment ${definition.id} did not declare dataset "${name}"; add it to datasets`,
            );
          return set;
        },
        stored(experiment) {
          if (!definition.reads?.includes(experiment))
            throw new TypeError(
              `experiment ${definition.id} did not declare that it reads ${experiment}; add it to reads`,
            );
          return before.runs.filter((one) => one.experiment === experiment);
        },
        scratch,
        record: recorder,
        progress,
        signal,
        openEngine: async (directory) => (await import("../../../native/engine.ts")).Engine.open(directory),
      });
      signal.throwIfAborted();
      const stored = open(lab.store).runs.filter(
        (other) => other.experiment === definition.id && other.key === key.slice(0, KEY_HEX_IN_PATH),
      );
      const row: Run = {
        run,
        experiment: definition.id,
        profile,
        key,
        definition_sha256: parts.definition_sha256,
        engine_sha256: parts.engine_sha256,
        harness_sha256: parts.harness_sha256,
        parameters: parts.parameters,
        datasets: parts.datasets,
        seed: SEED,
        session: run,
        replicate: stored.length,
        started_at_ms: started,
        ended_at_ms: wallClock(),
        git_commit: commit.commit,
        git_dirty: commit.dirty,
        compiler: parts.compiler,
        compiler_flags: parts.compiler_flags,
        ...readHost(scratch),
        lockfile_sha256: sha256File(join(lab.root, "package-lock.json")),
      };
      const directory = await append(lab.store, {run: [row], ...recorder.rows()});
      return {run, key, replicate: stored.length, directory};
    } finally {
      rmSync(scratch, {recursive: true, force: true});
    }
  }
}
