// A system that is a Python package: its faces, asked by frames in a process of the system's own environment. The
// methods are those of its module (`<system>/<system>.py`), which takes the times around the vendor's call.
import {fileURLToPath} from "node:url";
import {pythonFolder, pythonOf} from "../packages.ts";
import type {DurableWrites, Opening, Pass, Readiness, VectorSearch} from "../system.ts";
import {type SideProcess, startSide} from "./process.ts";

const HARNESS = fileURLToPath(new URL("harness.py", import.meta.url));
/** Of readiness: the system has no such thing. */
const UNTOLD = -1;

/** Starts the system's module in its environment; it may use the opening's threads. */
export function startPython(system: string, {cache, threads}: Opening): SideProcess {
  const module = fileURLToPath(new URL(`../${system}/${system}.py`, import.meta.url));
  return startSide(pythonOf(pythonFolder(cache, system)), [HARNESS, module], {
    environment: {OMP_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: "1"},
  });
}

const told = (value: unknown) => (value === UNTOLD ? null : (value as number));

/** What both faces share: `start`, `ready` and `stop` of the module. */
function life(system: string, opening: Opening) {
  let side: SideProcess | undefined;
  const asked = (): SideProcess => {
    if (side === undefined) throw new Error(`${system} is not started`);
    return side;
  };
  return {
    asked,
    face: {
      async start() {
        const {configuration, directory, dimension, threads} = opening;
        side = startPython(system, opening);
        const settings = JSON.stringify(configuration.settings);
        const [reused] = await side.ask("start", directory, dimension, settings, threads);
        return reused === 1;
      },
      async ready(): Promise<Readiness> {
        const [held, indexed, segments, bytes] = await asked().ask("ready");
        return {
          held: held as number,
          indexed: indexed as number,
          segments: told(segments),
          index_bytes: told(bytes),
        };
      },
      processes: () => (side === undefined ? [] : [side.pid]),
      async stop() {
        await side?.ask("stop");
        await side?.stop();
      },
    },
  };
}

/** `batches`: the module has search_batch. */
export function pythonSearch(
  system: string,
  opening: Opening,
  {efforts, batches}: {efforts: readonly number[]; batches: boolean},
): VectorSearch {
  const {asked, face} = life(system, opening);
  const searchPass = async (queries: Float32Array, k: number, effort: number): Promise<Pass<Uint32Array>> => {
    const [start_ns, end_ns, answers] = await asked().ask("search_pass", queries, k, effort);
    return {start_ns, end_ns, answers} as Pass<Uint32Array>;
  };
  const searchBatch = async (queries: Float32Array, k: number, effort: number) => {
    const [ordinals] = await asked().ask("search_batch", queries, k, effort);
    return ordinals as Uint32Array;
  };
  return {
    ...face,
    efforts,
    async load(vectors) {
      await asked().ask("load", vectors);
    },
    cue: (query) => query,
    async search(cue, k, effort, out) {
      out.set((await searchPass(cue as Float32Array, k, effort)).answers.subarray(0, out.length));
    },
    searchPass,
    ...(batches ? {searchBatch} : {}),
    async nullRequest(cue) {
      await asked().ask("null_pass", cue as Float32Array);
    },
  };
}

export function pythonWrites(system: string, opening: Opening): DurableWrites {
  const {asked, face} = life(system, opening);
  const {dimension} = opening;
  const writePass = async (first: number, vectors: Float32Array, batch: number): Promise<Pass<null>> => {
    const [start_ns, end_ns] = await asked().ask("write_pass", first, vectors, batch);
    return {start_ns, end_ns, answers: null} as Pass<null>;
  };
  return {
    ...face,
    async write(first, vectors) {
      await writePass(first, vectors, vectors.length / dimension);
    },
    writePass,
    async written() {
      const [ordinals] = await asked().ask("written");
      return ordinals as Uint32Array;
    },
    async nullRequest() {
      await asked().ask("null_pass", new Float32Array(dimension).fill(1));
    },
  };
}
