// Installs a system's own locked packages into a cache outside the repository, and loads them from there: a
// rival's native module never becomes a dependency of the project.
import {execFile} from "node:child_process";
import {createHash} from "node:crypto";
import {cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import type {Availability} from "./system.ts";

const FILES = ["package.json", "package-lock.json"];
const INSTALL_TIMEOUT_MS = 600_000;

/** Runs a command in a folder; rejects with what it printed. */
export type Run = (command: string, arguments_: string[], folder: string) => Promise<void>;

const run: Run = async (command, arguments_, folder) => {
  await promisify(execFile)(command, arguments_, {cwd: folder, timeout: INSTALL_TIMEOUT_MS});
};

/** The folder of this lock file's packages in the cache: another lock is another folder. */
export function packagesFolder(cache: string, system: string): string {
  const hash = createHash("sha256");
  for (const file of FILES) hash.update(readFileSync(new URL(`./${system}/${file}`, import.meta.url)));
  return join(cache, `${system}-node${process.versions.modules}-${hash.digest("hex").slice(0, 12)}`);
}

/** npm ci of the system's lock file, once; a half-done install never takes the folder's name. */
export async function installPackages(
  cache: string,
  {name, version}: {name: string; version: string},
  log: (line: string) => void,
  effects: {run: Run} = {run},
): Promise<Availability> {
  const folder = packagesFolder(cache, name);
  if (existsSync(folder)) return {ready: true, version, folder};
  const half = `${folder}.${process.pid}`;
  log(`installing ${name} ${version}, once, into ${folder}`);
  try {
    mkdirSync(half, {recursive: true});
    for (const file of FILES)
      cpSync(fileURLToPath(new URL(`./${name}/${file}`, import.meta.url)), join(half, file));
    await effects.run("npm", ["ci", "--no-audit", "--no-fund", "--omit=dev"], half);
    renameSync(half, folder);
    return {ready: true, version, folder};
  } catch (error) {
    const {message, stderr} = error as Error & {stderr?: string};
    const words = (stderr ?? message)
      .split("\n")
      .filter((line) => /err/i.test(line) && !/npm warn/i.test(line));
    return {
      ready: false,
      reason: `its packages could not be installed: ${words[0] ?? message.split("\n")[0]}`,
    };
  } finally {
    rmSync(half, {recursive: true, force: true});
  }
}

/** A package of the system, from the cache. */
export function requirePackage<T>(cache: string, system: string, name: string): T {
  return createRequire(join(packagesFolder(cache, system), "package.json"))(name) as T;
}
