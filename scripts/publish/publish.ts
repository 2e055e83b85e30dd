// Publishes what the store holds: a folder below reports/ with records, claims, metadata and pages, written
// beside its place and renamed. The same store gives the same bytes; a published folder is never changed.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import {dirname, join} from "node:path";
import type {Overview, Summary} from "../../loaders/lab/claim.ts";
import {laboratory} from "../../loaders/lab/laboratory.ts";
import {type Index, open, type StoredRun} from "../../loaders/lab/store/store.ts";
import {buildSite} from "./build.ts";
import {SiteError} from "./error.ts";
import {filesBelow} from "./files.ts";
import {versions, writeListing} from "./listing.ts";
import {contentSha256, entries, type FileEntry, formatManifest, MANIFEST, SITE} from "./manifest.ts";
import {type About, citation, readme, roCrate} from "./metadata.ts";
import {shareBigFiles} from "./objects.ts";

/** Hex digits of the store's root that name a version. */
const ROOT_HEX = 8;
/** `.publishing-<pid>`: a version that is being written, or was when its process died. */
const PUBLISHING = /^\.publishing-(\d+)$/;
const JSON_INDENT = 1;
/** The second build finds everything measured; a third would mean that someone else measures. */
const BUILDS_MAX = 2;

export interface PublishOptions {
  log: (line: string) => void;
  store?: string;
  reports?: string;
  /** Builds the pages; tests pass a smaller one. */
  build?: typeof buildSite;
}

export interface Published {
  version: string;
  folder: string;
  /** False: the same content was published before, and nothing was written. */
  written: boolean;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes what publishes that were killed have left. */
function clean(reports: string, log: (line: string) => void): void {
  for (const name of readdirSync(reports)) {
    const pid = PUBLISHING.exec(name)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && alive(Number(pid)))) continue;
    rmSync(join(reports, name), {recursive: true, force: true});
    log(`removed ${name}, left by a publish that was stopped`);
  }
}

/** The prepared JSON of a built site: `_file/data/<name>.<hash>.json`. */
function prepared<T>(site: string, name: string): T {
  const file = filesBelow(site).find(
    (path) => path.startsWith(`_file/data/${name}.`) && path.endsWith(".json"),
  );
  if (file === undefined)
    throw new SiteError(
      `the built site has no ${name}.json`,
      `use FileAttachment("data/${name}.json") on a page`,
    );
  return JSON.parse(readFileSync(join(site, file), "utf8"));
}

function summariesOf(site: string, overview: Overview): Summary[] {
  return overview.experiments
    .filter((experiment) => experiment.slug !== null)
    .map((experiment) => prepared<Summary>(site, `${experiment.id}-${experiment.slug}`));
}

/** The stored runs behind the pages, in the store's order. */
function runsBehind(summaries: readonly Summary[], index: Index): StoredRun[] {
  const wanted = new Set(summaries.flatMap(({runs}) => runs.map(({run}) => run)));
  const found = index.runs.filter(({run}) => wanted.has(run));
  const missing = [...wanted].find((run) => !found.some((stored) => stored.run === run));
  if (missing !== undefined)
    throw new SiteError(
      `the pages rest on run ${missing}, which the store does not have any more`,
      "run `npm run report`: it measures what is missing and builds the pages again",
    );
  return found;
}

function environment(summaries: readonly Summary[]) {
  return summaries.map(({id, key, definition_sha256, profile, runs, environment, datasets}) => ({
    experiment: id,
    key,
    definition_sha256,
    profile,
    runs,
    environment,
    datasets,
  }));
}

const sitesOf = (files: readonly FileEntry[]) => files.filter(({path}) => path.startsWith(SITE));

const json = (value: unknown) => `${JSON.stringify(value, null, JSON_INDENT)}\n`;

/** `v`, `v.2`, `v.3`, …: the first edition that does not exist yet. */
function nextEdition(version: string, taken: ReadonlySet<string>): string {
  if (!taken.has(version)) return version;
  for (let edition = 2; ; edition++) if (!taken.has(`${version}.${edition}`)) return `${version}.${edition}`;
}

/** Id of the newest run; it starts with its start in compact UTC: `20261124T130500Z-006-a1b2c3`. */
function newestRun(index: Index): string {
  const newest = index.runs
    .map(({run}) => run)
    .sort()
    .at(-1);
  if (newest === undefined)
    throw new SiteError(
      "the store has no runs to publish",
      "measure first: `npm run report`, or `npm run load -- 006`",
    );
  return newest;
}

interface Pages {
  index: Index;
  overview: Overview;
  /** The version's name. */
  name: string;
  newest_run: string;
  measured_on: string;
}

/** Builds the pages for the store as it is. A build measures what has no record for the present sources, and
 *  so may add to the store it speaks of: then it is built once more, under the name of what is there now. */
async function pages(
  output: string,
  store: string,
  build: typeof buildSite,
  log: (line: string) => void,
): Promise<Pages> {
  for (let attempt = 1; attempt <= BUILDS_MAX; attempt++) {
    const index = open(store);
    for (const problem of index.problems) log(`store: ${problem.path}: ${problem.says}; ${problem.remedy}`);
    const newest_run = newestRun(index);
    const measured_on = `${newest_run.slice(0, 4)}-${newest_run.slice(4, 6)}-${newest_run.slice(6, 8)}`;
    const name = `${measured_on}-${index.root.slice(0, ROOT_HEX)}`;
    rmSync(output, {recursive: true, force: true});
    await build({output, log, version: name});
    const overview = prepared<Overview>(output, "overview");
    if (overview.version === index.root && open(store).root === index.root)
      return {index, overview, name, newest_run, measured_on};
    log("the store grew while the pages were built; building them again");
  }
  throw new SiteError(
    `the store still changes after ${BUILDS_MAX} builds of the pages: another process is measuring`,
    "run the same command again when it has ended; records are never lost by this",
  );
}

export async function publish({
  log,
  store = laboratory().store,
  reports = "reports",
  build = buildSite,
}: PublishOptions): Promise<Published> {
  mkdirSync(reports, {recursive: true});
  clean(reports, log);
  const fresh = join(reports, `.publishing-${process.pid}`);
  try {
    const {index, overview, name, newest_run, measured_on} = await pages(
      join(fresh, "site"),
      store,
      build,
      log,
    );
    const summaries = summariesOf(join(fresh, "site"), overview);
    for (const {experiment, key, run, directory} of runsBehind(summaries, index)) {
      const target = join(fresh, "data", experiment, key, run);
      mkdirSync(dirname(target), {recursive: true});
      cpSync(directory, target, {recursive: true});
    }
    writeFileSync(join(fresh, "claims.json"), json(summaries.flatMap(({claims}) => claims)));
    writeFileSync(join(fresh, "environment.json"), json(environment(summaries)));

    const content_sha256 = contentSha256(entries(fresh));
    const published = versions(reports).filter(
      ({version}) => version === name || version.startsWith(`${name}.`),
    );
    const same = published.find((version) => version.content_sha256 === content_sha256);
    if (same !== undefined) {
      // A fresh clone has the version without its pages: they are the same bytes, so they go back in place.
      const restored = !existsSync(join(same.folder, SITE));
      if (restored) {
        shareBigFiles(fresh, join(reports, ".objects"), sitesOf(same.files));
        renameSync(join(fresh, "site"), join(same.folder, "site"));
      }
      log(
        restored ? `already published, pages restored: ${same.folder}` : `already published: ${same.folder}`,
      );
      writeListing(reports);
      return {version: same.version, folder: same.folder, written: false};
    }

    const version = nextEdition(name, new Set(published.map((edition) => edition.version)));
    const about: About = {version, measured_on, store_root: index.root, summaries};
    writeFileSync(join(fresh, "README.md"), readme(about));
    writeFileSync(join(fresh, "CITATION.cff"), citation(about));
    writeFileSync(join(fresh, "ro-crate-metadata.json"), roCrate(about, entries(fresh)));
    const files = entries(fresh);
    writeFileSync(
      join(fresh, MANIFEST),
      formatManifest({version, store_root: index.root, measured_on, newest_run, content_sha256, files}),
    );
    shareBigFiles(fresh, join(reports, ".objects"), sitesOf(files));
    const folder = join(reports, version);
    renameSync(fresh, folder);
    writeListing(reports);
    log(`published: ${folder}`);
    return {version, folder, written: true};
  } finally {
    rmSync(fresh, {recursive: true, force: true});
  }
}
