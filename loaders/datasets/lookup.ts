// Finds a registered dataset and verifies it: first $ENGRAM_DATASETS, then ../shared/datasets beside the
// project, then the local cache, then its official home. A wrong checksum is an error that shows both.
import {createHash} from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import {homedir} from "node:os";
import {join} from "node:path";
import type {Dataset} from "./dataset.ts";
import {REGISTRY, type Registered} from "./registry.ts";

export class DatasetError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "DatasetError";
  }
}

export interface LookupEffects {
  /** Folders that may hold sets, in the order they are tried. */
  folders: string[];
  /** Where checksums of verified files are remembered; null: hash every time. */
  memory: string | null;
  /** Folder that downloads go to; it is one of `folders`. */
  downloads: string;
  fetch: (url: string) => Promise<Uint8Array>;
}

const DOWNLOAD_TIMEOUT_MS = 120_000;

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url, {signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)});
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export function defaultLookup(root: string): LookupEffects {
  const cache = join(homedir(), ".cache/engram-workbench");
  const given = process.env.ENGRAM_DATASETS;
  const folders = [join(root, "../shared/datasets"), join(cache, "datasets")];
  return {
    folders: given === undefined ? folders : [given, ...folders],
    memory: join(cache, "verified.json"),
    downloads: join(cache, "datasets"),
    fetch: fetchBytes,
  };
}

export function registered(name: string): Registered {
  const found = REGISTRY.find((entry) => entry.name === name);
  if (found === undefined)
    throw new DatasetError(
      `dataset "${name}" is not registered`,
      `use one of ${REGISTRY.map((entry) => entry.name).join(", ")}, or add it to loaders/datasets/registry.ts`,
    );
  return found;
}

/** One checksum for a set: SHA-256 over its sorted `<sha256>  <file>` lines. */
export function setSha256(files: Record<string, string>): string {
  const lines = Object.entries(files)
    .map(([file, sum]) => `${sum}  ${file}\n`)
    .sort();
  return createHash("sha256").update(lines.join("")).digest("hex");
}

/** What names a set's whole content in records: its files' checksums, or the seed it is made from. */
export function contentSha256({files, synthetic}: Registered): string {
  return synthetic === undefined ? setSha256(files) : `synthetic:${synthetic.seed}`;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, {highWaterMark: 2 ** 20})) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function recall(memory: string | null): Record<string, string> {
  if (memory === null || !existsSync(memory)) return {};
  try {
    return JSON.parse(readFileSync(memory, "utf8")) as Record<string, string>;
  } catch {
    return {}; // a torn memory only costs hashing again
  }
}

/** Where the set lies, without verifying; null when no folder has all its files. One that is made lies nowhere. */
export function locate(entry: Registered, effects: LookupEffects): string | null {
  if (entry.synthetic !== undefined) return "";
  return (
    effects.folders
      .map((folder) => join(folder, entry.name))
      .find((directory) => Object.keys(entry.files).every((file) => existsSync(join(directory, file)))) ??
    null
  );
}

/** Downloads a set whose home serves its very bytes; why not, where it cannot. */
async function download(
  entry: Registered,
  effects: LookupEffects,
): Promise<{directory: string} | {why: string}> {
  const urls = entry.urls ?? {};
  const missing = Object.keys(entry.files).find((file) => urls[file] === undefined);
  if (missing !== undefined) return {why: `its home does not serve ${missing} as the same bytes`};
  const directory = join(effects.downloads, entry.name);
  try {
    for (const [file, url] of Object.entries(urls)) {
      const bytes = await effects.fetch(url);
      const found = createHash("sha256").update(bytes).digest("hex");
      if (found !== entry.files[file])
        return {why: `${url} has SHA-256 ${found}, the registry says ${entry.files[file]}`};
      const path = join(directory, file);
      mkdirSync(join(path, ".."), {recursive: true});
      writeFileSync(`${path}.tmp`, bytes);
      renameSync(`${path}.tmp`, path);
    }
  } catch (error) {
    return {why: `download failed: ${(error as Error).message}`};
  }
  return {directory};
}

/** Finds and verifies a set. A file whose inode, size, mtime and ctime were verified before is not hashed
 *  again; `npm run doctor` hashes all. Throws DatasetError: unknown, not found, wrong checksum. */
export async function lookup(
  name: string,
  effects: LookupEffects,
  entry: Registered = registered(name),
): Promise<Dataset> {
  const here = locate(entry, effects);
  const got = here === null ? await download(entry, effects) : {directory: here};
  if ("why" in got)
    throw new DatasetError(
      `dataset ${name} is in none of: ${effects.folders.join(", ")}; ${got.why}`,
      `get it from ${entry.home} and put its files (${Object.keys(entry.files).join(", ")}) into ${join(effects.folders[0] ?? ".", name)}, or point ENGRAM_DATASETS at a folder that has ${name}/`,
    );
  const {directory} = got;
  const known = recall(effects.memory);
  let learnt = false;
  for (const [file, expected] of Object.entries(entry.files)) {
    const path = join(directory, file);
    const {ino, size, mtimeMs, ctimeMs} = statSync(path);
    const stamp = `${path} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    if (known[stamp] === expected) continue;
    const found = await hashFile(path);
    if (found !== expected)
      throw new DatasetError(
        `dataset ${name}: ${file} has SHA-256 ${found}, the registry says ${expected}`,
        `replace ${path} by the file from ${entry.home}`,
      );
    known[stamp] = found;
    learnt = true;
  }
  if (learnt && effects.memory !== null) {
    mkdirSync(join(effects.memory, ".."), {recursive: true});
    writeFileSync(`${effects.memory}.${process.pid}.tmp`, JSON.stringify(known));
    renameSync(`${effects.memory}.${process.pid}.tmp`, effects.memory);
  }
  return {
    name,
    directory,
    sha256: contentSha256(entry),
    synthetic: entry.synthetic !== undefined,
    licence: entry.licence,
    file(file) {
      if (!(file in entry.files))
        throw new DatasetError(
          `dataset ${name} has no file "${file}"`,
          `use one of ${Object.keys(entry.files).join(", ")}`,
        );
      return join(directory, file);
    },
  };
}
