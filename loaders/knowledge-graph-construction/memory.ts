// What a store takes of a process's memory, with concepts and without: a process that does nothing else is told the
// passages from files, a few at a time, so that little else of it grows or shrinks meanwhile.
import {closeSync, openSync, readFileSync, readSync, writeFileSync} from "node:fs";
import {setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";
import {Engine, type Space} from "../../native/engine.ts";

/** A domain's passages in files, in the order in which they are told. */
export interface DomainFiles {
  name: string;
  /** Row-major f32. */
  vectors: string;
  /** UTF-8, one after the other, and how many bytes each has (u32). */
  texts: string;
  lengths: string;
}

export interface MemoryInput {
  directory: string;
  dimension: number;
  domains: DomainFiles[];
  /** A cycle of consolidation begins whenever so many more passages were told; 0: no concepts are formed. */
  consolidate_every: number;
}

export interface MemoryOutput {
  /** Resident memory outside V8's heap: how much more it became. */
  store_bytes: number;
  /** All resident memory: how much more it became. */
  rss_bytes: number;
  stored: number;
  concepts: number;
}

/** Passages of a domain that are in flight at once. */
const PIECE = 64;
const F32_BYTES = 4;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Resident memory once V8 has given back what nobody refers to. */
function resident(): {all: number; outside: number} {
  collect();
  collect(); // what only the finalizers of the first let go
  const {rss, heapTotal} = process.memoryUsage();
  return {all: rss, outside: rss - heapTotal};
}

/** Writes a domain's passages where the measuring process reads them. */
export function writeDomain(path: string, name: string, vectors: Float32Array, texts: string[]): DomainFiles {
  const encoded = texts.map((text) => Buffer.from(text));
  const files = {name, vectors: `${path}.f32`, texts: `${path}.txt`, lengths: `${path}.u32`};
  writeFileSync(files.vectors, vectors);
  writeFileSync(files.texts, Buffer.concat(encoded));
  writeFileSync(
    files.lengths,
    Uint32Array.from(encoded, ({length}) => length),
  );
  return files;
}

/** The passages of a domain, some at a time; the next ones overwrite the vectors of those before. */
function* pieces({name, vectors, texts, lengths: lengthsFile}: DomainFiles, dimension: number) {
  const bytes = readFileSync(lengthsFile);
  const lengths = new Uint32Array(new Uint8Array(bytes).buffer);
  const values = new Float32Array(PIECE * dimension);
  const words = Buffer.alloc(PIECE * lengths.reduce((a, b) => Math.max(a, b), 0));
  const [valuesFile, wordsFile] = [openSync(vectors, "r"), openSync(texts, "r")];
  try {
    for (let first = 0; first < lengths.length; first += PIECE) {
      const own = [...lengths.subarray(first, first + PIECE)];
      readSync(valuesFile, values, 0, own.length * dimension * F32_BYTES, null);
      const told = own.reduce((sum, length) => sum + length, 0);
      readSync(wordsFile, words, 0, told, null);
      let end = 0;
      yield own.map((length, i) => {
        end += length;
        return {
          id: `${name}/${first + i}`,
          embedding: values.subarray(i * dimension, (i + 1) * dimension),
          content: words.toString("utf8", end - length, end),
          at: Date.now(),
        };
      });
    }
  } finally {
    closeSync(valuesFile);
    closeSync(wordsFile);
  }
}

export async function main(input: MemoryInput): Promise<MemoryOutput> {
  const {directory, dimension, domains, consolidate_every} = input;
  const before = resident();
  // What is kept in memory does not depend on when the disk has it.
  const engine = await Engine.open(directory, {durability: "async"});
  const streams: {space: Space; passages: ReturnType<typeof pieces>}[] = [];
  for (const domain of domains)
    streams.push({
      space: await engine.space(domain.name.toLowerCase(), {dimension}),
      passages: pieces(domain, dimension),
    });
  const cycle = async () => {
    for (const {space} of streams) await space.memory.consolidate(Date.now(), {tau: 0});
  };
  let told = 0;
  let due = consolidate_every;
  let beside = Promise.resolve();
  for (let going = true; going; ) {
    going = false;
    for (const {space, passages} of streams) {
      const {value: piece, done} = passages.next();
      if (done) continue;
      going = true;
      await Promise.all(piece.map((passage) => space.store(passage)));
      told += piece.length;
    }
    if (consolidate_every === 0 || told < due) continue;
    due += consolidate_every;
    await beside; // one cycle at a time
    beside = cycle();
  }
  await beside;
  if (consolidate_every > 0) await cycle();
  const after = resident();
  const stats = streams.map(({space}) => space.stats());
  await engine.close();
  return {
    store_bytes: after.outside - before.outside,
    rss_bytes: after.all - before.all,
    stored: stats.reduce((sum, {episodes}) => sum + episodes, 0),
    concepts: stats.reduce((sum, {concepts}) => sum + concepts, 0),
  };
}
