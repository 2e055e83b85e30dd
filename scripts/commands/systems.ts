// `systems doctor`: every system under test — its version, how it was had, its size, its start, its null request.
// What is not installed yet is installed, with progress; what cannot be had says why.
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {Command} from "@commander-js/extra-typings";
import {CACHE} from "../../loaders/competitive-validation/session.ts";
import {startWorker, type Worker} from "../../loaders/lab/measure/worker.ts";
import {readCards, SYSTEMS} from "../../loaders/systems/cards.ts";
import {diskBytes} from "../../loaders/systems/footprint.ts";
import type {Loaded, Subject, Timed} from "../../loaders/systems/subject.ts";
import type {Availability, Configuration, SystemCard} from "../../loaders/systems/system.ts";
import {CommandError} from "../outcome.ts";
import {progress} from "../progress.ts";

const SUBJECT = new URL("../../loaders/systems/subject.ts", import.meta.url).href;
const MEGABYTE = 1e6;
/** Enough to start on; nothing here is a figure to be published. */
const DIMENSION = 8;
const VECTORS = 300;
const NULL_REQUESTS = 200;

interface Checkup {
  start_seconds: number;
  null_us: number;
}

function medianUs({start_ns, end_ns}: Timed): number {
  const took = end_ns.map((end, at) => end - (start_ns[at] as number)).sort();
  return (took[took.length >> 1] ?? Number.NaN) / 1e3;
}

/** Starts the system on a toy and asks it for nothing. */
async function checkup(worker: Worker, about: Subject, {scenarios}: Configuration): Promise<Checkup> {
  const values = Float32Array.from({length: VECTORS * DIMENSION}, (_, at) => Math.sin(at + 1));
  const searches = scenarios.includes("search");
  const chain = Uint32Array.from({length: VECTORS - 1}, (_, at) => at);
  const {start_seconds} = searches
    ? await worker.call<Loaded>("loadVectors", {...about, vectors: values, dimension: DIMENSION})
    : await worker.call<Loaded>("loadGraph", {
        ...about,
        edges: {nodes: VECTORS, from: chain, to: chain.map((node) => node + 1)},
      });
  const nothing = searches
    ? await worker.call<Timed>("searchNothing", {query: values.subarray(0, DIMENSION), n: NULL_REQUESTS})
    : await worker.call<Timed>("reachNothing", {n: NULL_REQUESTS});
  await worker.call("close", null);
  return {start_seconds, null_us: medianUs(nothing)};
}

const row = (sign: string, cells: readonly [string, number][], rest: string) =>
  process.stdout.write(`${sign} ${cells.map(([text, width]) => text.padEnd(width)).join(" ")} ${rest}\n`);

async function report(card: SystemCard, directory: string, log: (line: string) => void): Promise<boolean> {
  const folder = new URL(`${card.name}/`, SYSTEMS).href;
  const worker = startWorker(SUBJECT);
  try {
    const state = await worker.call<Availability>("prepare", {folder, cache: CACHE}, (line) =>
      log(String(line)),
    );
    if (!state.ready) {
      row("✗", [[card.name, 12]], `not run: ${state.reason}`);
      return false;
    }
    const size = state.folder === null ? "" : `${Math.round(diskBytes(state.folder) / MEGABYTE)} MB`;
    let sound = true;
    for (const configuration of card.configurations) {
      const about = {folder, cache: CACHE, configuration: configuration.name, directory};
      const name: [string, number][] = [
        [card.name, 12],
        [configuration.name, 12],
        [configuration.form, 9],
      ];
      try {
        const {start_seconds, null_us} = await checkup(worker, about, configuration);
        const figures: [string, number][] = [
          [size, 7],
          [`start ${start_seconds.toFixed(2)} s`, 13],
          [`null ${null_us.toFixed(1)} µs`, 15],
        ];
        row("✓", [...name, ...figures], `${card.version}, ${card.origin}`);
      } catch (error) {
        sound = false;
        row("✗", name, `not run: ${(error as Error).message}`);
      }
    }
    return sound;
  } finally {
    await worker.stop();
  }
}

function doctor() {
  return new Command("doctor")
    .description("every system under test: version, how it was had, size, start time, null request")
    .argument("[names...]", "systems to look at; all where none is named")
    .action(async (names) => {
      const cards = await readCards();
      const unknown = names.find((name) => !cards.some((card) => card.name === name));
      if (unknown !== undefined)
        throw new CommandError(
          `there is no system "${unknown}"`,
          `name one of ${cards.map(({name}) => name).join(", ")}`,
        );
      const chosen = cards.filter(({name}) => names.length === 0 || names.includes(name));
      const directory = mkdtempSync(join(tmpdir(), "engram-systems-"));
      const shown = progress("systems", process.stderr);
      let missing = 0;
      try {
        for (const [index, card] of chosen.entries()) {
          shown.update(index, chosen.length, card.name);
          const there = await report(card, directory, (line) => process.stderr.write(`  ${line}\n`));
          if (!there) missing++;
        }
        shown.update(chosen.length, chosen.length, "all looked at");
      } finally {
        shown.end();
        rmSync(directory, {recursive: true, force: true});
      }
      process.exitCode = missing === 0 ? 0 : 1;
    });
}

export function systems() {
  return new Command("systems").description("the systems under test").addCommand(doctor());
}
