// Installs a system's own locked packages into a cache outside the repository, and loads them from there: a
// rival's native module never becomes a dependency of the project. npm and PyPI; a system with another source
// brings its own `fill`.
import {execFile} from "node:child_process";
import {createHash} from "node:crypto";
import {cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {diskBytes} from "./footprint.ts";
import type {Availability, SystemCard} from "./system.ts";

const INSTALL_TIMEOUT_MS = 900_000;
const PROGRESS_EVERY_MS = 3_000;
export const MEBIBYTE = 2 ** 20;
const OUTPUT_BYTES_MAX = 64 * MEBIBYTE;

/** Runs a command in a folder; resolves with what it printed, rejects with its errors. */
export type Run = (command: string, arguments_: string[], folder: string) => Promise<string>;

export const run: Run = async (command, arguments_, folder) => {
  const {stdout, stderr} = await promisify(execFile)(command, arguments_, {
    cwd: folder,
    timeout: INSTALL_TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return stdout + stderr;
};

export interface InstallEffects {
  run: Run;
  /** Bytes that may still be written below a folder. */
  free: (folder: string) => number;
}

const EFFECTS: InstallEffects = {
  run,
  free(folder) {
    const {bavail, bsize} = statfsSync(folder);
    return bavail * bsize;
  },
};

/** What of an install stands in the way, in one line that names what mends it. */
export class InstallError extends Error {}

export interface Install {
  name: string;
  version: string;
  /** Takes this name when, and only when, all of it is there. */
  folder: string;
  /** What it takes on disk, about: refused where there is less, and the measure of progress. */
  bytes: number;
  fill: (half: string, run: Run) => Promise<void>;
}

/** The line of a failed command that says most: errors before warnings, or that the command is not there. */
function reasonOf(error: unknown): string {
  const {message, stderr, stdout, code, path} = error as Error & {
    stderr?: string;
    stdout?: string;
    code?: unknown;
    path?: string;
  };
  if (error instanceof InstallError) return message;
  if (code === "ENOENT" && path !== undefined) return `${path} is not found: install it`;
  const lines = `${stderr ?? ""}\n${stdout ?? ""}\n${message}`.split("\n");
  const told = lines
    .filter((line) => /error/i.test(line) && !/npm warn|npm error code/i.test(line))
    .map((line) => line.replace(/^npm error/i, "").trim())
    .find((line) => line !== "");
  return `its packages could not be installed: ${told ?? message.split("\n")[0]}`;
}

/** Fills a folder beside the one wanted and renames it when it is whole; says how far it is. */
export async function install(
  {name, version, folder, bytes, fill}: Install,
  log: (line: string) => void,
  effects: Partial<InstallEffects> = {},
): Promise<Availability> {
  if (existsSync(folder)) return {ready: true, version, folder};
  const {run, free} = {...EFFECTS, ...effects};
  const half = `${folder}.${process.pid}`;
  const began = Date.now();
  const size = (count: number) => `${Math.round(count / MEBIBYTE)} MB`;
  log(`installing ${name} ${version}, once, about ${size(bytes)}, into ${folder}`);
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1_000);
    if (existsSync(half))
      log(`installing ${name} ${version}: ${size(diskBytes(half))} of about ${size(bytes)}, ${seconds} s`);
  }, PROGRESS_EVERY_MS);
  try {
    mkdirSync(half, {recursive: true});
    const left = free(half);
    if (left < bytes) throw new InstallError(`it takes ${size(bytes)} on disk, and ${size(left)} are left`);
    await fill(half, run);
    renameSync(half, folder);
    return {ready: true, version, folder};
  } catch (error) {
    return {ready: false, reason: reasonOf(error)};
  } finally {
    clearInterval(timer);
    rmSync(half, {recursive: true, force: true});
  }
}

const fileOf = (system: string, file: string) =>
  fileURLToPath(new URL(`./${system}/${file}`, import.meta.url));

/** The folder of these files' packages in the cache: another lock is another folder. */
export function lockedFolder(cache: string, system: string, files: readonly string[], abi: string): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(fileOf(system, file)));
  return join(cache, `${system}-${abi}-${hash.digest("hex").slice(0, 12)}`);
}

export function copyFiles(system: string, files: readonly string[], folder: string): void {
  for (const file of files) cpSync(fileOf(system, file), join(folder, file));
}

/** npm ci of the system's lock file, which pins every package by version and checksum. */
export async function fillNpm(system: string, folder: string, run: Run): Promise<void> {
  copyFiles(system, NPM_FILES, folder);
  await run("npm", ["ci", "--no-audit", "--no-fund", "--omit=dev"], folder);
}

/** A virtual environment with the system's requirements, each pinned by version and checksum. */
export async function fillPython(system: string, folder: string, run: Run): Promise<void> {
  copyFiles(system, PIP_FILES, folder);
  await run(PYTHON, ["-m", "venv", "venv"], folder);
  const pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:"];
  await run(
    pythonOf(folder),
    ["-m", "pip", "install", "--no-input", "--no-compile", ...pinned, "-r", "requirements.txt"],
    folder,
  );
}

export const NPM_FILES = ["package.json", "package-lock.json"];

export const packagesFolder = (cache: string, system: string) =>
  lockedFolder(cache, system, NPM_FILES, `node${process.versions.modules}`);

type Wanted = Pick<SystemCard, "name" | "version" | "install_mb">;
type Fill = (system: string, folder: string, run: Run) => Promise<void>;

const installing =
  (folderOf: (cache: string, system: string) => string, fill: Fill) =>
  (
    cache: string,
    {name, version, install_mb}: Wanted,
    log: (line: string) => void,
    effects?: Partial<InstallEffects>,
  ): Promise<Availability> =>
    install(
      {
        name,
        version,
        bytes: install_mb * MEBIBYTE,
        folder: folderOf(cache, name),
        fill: (half, run) => fill(name, half, run),
      },
      log,
      effects,
    );

export const installPackages = installing(packagesFolder, fillNpm);

/** A package below an installed folder. */
export const requireFrom = <T>(folder: string, name: string): T =>
  createRequire(join(folder, "package.json"))(name) as T;

/** A package of the system, from the cache. */
export const requirePackage = <T>(cache: string, system: string, name: string): T =>
  requireFrom<T>(packagesFolder(cache, system), name);

const PIP_FILES = ["requirements.txt"];
const PYTHON = "python3";

export const pythonFolder = (cache: string, system: string) =>
  lockedFolder(cache, system, PIP_FILES, "python");

export const pythonOf = (folder: string) => join(folder, "venv/bin/python");

export const installPython = installing(pythonFolder, fillPython);
