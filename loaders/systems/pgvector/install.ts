// PostgreSQL with pgvector from a Python wheel that holds both, and the client from npm: into the cache.
import {existsSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {
  fillNpm,
  fillPython,
  type InstallEffects,
  InstallError,
  install,
  lockedFolder,
  MEBIBYTE,
} from "../packages.ts";
import type {Availability} from "../system.ts";
import {card} from "./card.ts";

const FILES = ["requirements.txt", "package.json", "package-lock.json"];

export const pgvectorFolder = (cache: string) =>
  lockedFolder(cache, card.name, FILES, `node${process.versions.modules}`);

/** Where the wheel unpacked its programs: below the folder of whichever Python made the environment. */
export function programs(folder: string): string {
  const library = join(folder, "venv/lib");
  for (const python of readdirSync(library)) {
    const bin = join(library, python, "site-packages/pgserver/pginstall/bin");
    if (existsSync(bin)) return bin;
  }
  throw new InstallError(`no PostgreSQL server is below ${library}: remove ${folder} and run again`);
}

export const installPgvector = (
  cache: string,
  log: (line: string) => void,
  effects?: Partial<InstallEffects>,
): Promise<Availability> =>
  install(
    {
      name: card.name,
      version: card.version,
      folder: pgvectorFolder(cache),
      bytes: card.install_mb * MEBIBYTE,
      async fill(half, run) {
        await fillPython(card.name, half, run);
        await fillNpm(card.name, half, run);
        programs(half);
      },
    },
    log,
    effects,
  );
