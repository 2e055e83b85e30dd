// Power cuts on real file systems: a loop mount of its own is shut down under a writer without flushing the
// journal (FS_IOC_SHUTDOWN), mounted again, and what the writer was promised is looked for.
import {mkdirSync, truncateSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {type Ended, runChild} from "./child.ts";
import {inScratch, judge, POWER_CUT, SCRIPT, SCRIPT_PLANTED} from "./script.ts";
import type {Control, Trial} from "./trial.ts";

export const FILE_SYSTEMS = ["ext4", "xfs"] as const;
export type FileSystem = (typeof FILE_SYSTEMS)[number];

/** The least that mkfs.xfs takes; sparse. */
const IMAGE_BYTES = 320 * 2 ** 20;
const WRITERS = 2;
/** Milliseconds until the cut: from the making of the space to many segments and snapshots. */
const DELAYS_MS = [3, 160, 40, 90, 15, 230, 60, 7, 120, 25] as const;
const CONTROL_CUTS = 5;

async function must(command: string[]): Promise<Ended> {
  const ended = await runChild(command);
  if (ended.code !== 0) throw new Error(`${command.join(" ")} failed: ${ended.err.trim() || ended.code}`);
  return ended;
}

/**
 * Nothing is promised after the power is gone: what was told from the moment of the cut on may be there or
 * not. (Linux answers 0 to an fdatasync that the shutdown overtakes, on ext4 and xfs: seen with kernel 6.18.)
 */
function asOf(began: number, ledger: string): string {
  return ledger.replace(/^ok (\d+) (\d+)$/gm, (line, k: string, at: string) =>
    Number(at) < began ? line : `async ${k} ${at}`,
  );
}

/** A mounted file system of its own in an image file; gone afterwards. */
async function onImage<T>(
  kind: FileSystem,
  memory: string,
  use: (mount: string, remount: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return inScratch(async (folder) => {
    const image = join(folder, "image");
    const mount = join(folder, "mount");
    writeFileSync(image, "");
    truncateSync(image, IMAGE_BYTES);
    mkdirSync(mount);
    await must([`mkfs.${kind}`, "-q", image]);
    const attach = async () => void (await must(["mount", "-t", kind, "-o", "loop", image, mount]));
    const detach = async () => void (await must(["umount", mount]));
    await attach();
    try {
      return await use(mount, () => detach().then(attach));
    } finally {
      await detach();
    }
  }, memory);
}

/** One cut under writers; each has its own directory and its own ledger outside of the file system. */
async function cut(
  kind: FileSystem,
  index: number,
  mount: string,
  remount: () => Promise<void>,
  script: readonly string[],
): Promise<Trial[]> {
  const [program = "", ...flags] = script;
  const directories = Array.from({length: WRITERS}, (_, writer) => join(mount, `cut-${index}-${writer}`));
  const writers = directories.map((directory) => runChild([program, "run", directory, "endless", ...flags]));
  await sleep(DELAYS_MS[index % DELAYS_MS.length]);
  const began = Number((await must([POWER_CUT, mount])).out);
  const ended = await Promise.all(writers);
  await remount();
  return Promise.all(
    directories.map(async (directory, writer) => {
      const {ledger = "", code} = ended[writer] ?? {};
      const {acknowledged, violation} = await judge(directory, asOf(began, ledger), ["--power"]);
      return {
        harness: `power cut, ${kind}`,
        place: `cut ${index}, writer ${writer}`,
        effect: "FS_IOC_SHUTDOWN, no log flush",
        happened: code === 1, // it ran into the dead file system, by a typed error
        acknowledged,
        violation,
      };
    }),
  );
}

/** Why it cannot be done here, or null. */
export async function whyNotPossible(kind: FileSystem, memory: string): Promise<string | null> {
  if (process.getuid?.() !== 0) return "mounting needs root";
  try {
    await onImage(kind, memory, async (mount) => void (await must([POWER_CUT, mount])));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

export async function powerCuts(kind: FileSystem, memory: string, cuts: number): Promise<Trial[]> {
  return onImage(kind, memory, async (mount, remount) => {
    const trials: Trial[] = [];
    for (let index = 0; index < cuts; index++)
      trials.push(...(await cut(kind, index, mount, remount, [SCRIPT])));
    return trials;
  });
}

/** An engine that does not sync must lose something here. */
export async function powerControl(kind: FileSystem, memory: string): Promise<Control> {
  const trials = await onImage(kind, memory, async (mount, remount) => {
    const found: Trial[] = [];
    for (let index = 1; index <= CONTROL_CUTS && !found.some(({violation}) => violation !== null); index++)
      found.push(...(await cut(kind, index, mount, remount, [SCRIPT_PLANTED, "--mutant", "skip-sync"])));
    return found;
  });
  return {
    name: "acknowledges without a sync",
    caughtBy: trials.find(({violation}) => violation !== null)?.place ?? null,
  };
}
