// Builds the site: Observable Framework from an empty cache with no network, then what Framework leaves
// undone for a published page: no clock times in it, checksums of its data, the licences of what it ships.
import {spawn} from "node:child_process";
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {delimiter, dirname, extname, join, resolve} from "node:path";
import {SiteError} from "./error.ts";
import {filesBelow, sha256} from "./files.ts";
import {licences} from "./licences.ts";

const FRAMEWORK = "node_modules/@observablehq/framework/dist/bin/observable.js";
/** Lines of Framework's output shown when a build fails. */
const TAIL_LINES = 30;

export interface SiteOptions {
  /** Folder the site is written to; replaced as a whole when the build has succeeded. */
  output: string;
  log: (line: string) => void;
  /** Sources of the pages. */
  root?: string;
  /** Shown in every footer. */
  version?: string;
}

/** Framework writes the modification time of each data file into its pages; two builds of the same
 *  records must not differ by it. It also forbids zooming, which readers need. */
export function settle(html: string): string {
  return html
    .replaceAll(/"lastModified":\d+,?/g, "")
    .replace("<html>", '<html lang="en">')
    .replace(", maximum-scale=1", "")
    .replace("</head>", '<meta name="color-scheme" content="light dark">\n</head>');
}

function observable(
  output: string,
  root: string,
  version: string,
  log: (line: string) => void,
): Promise<void> {
  const env = {
    ...process.env,
    PATH: `${resolve("node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`,
    OBSERVABLE_TELEMETRY_DISABLE: "1",
    ENGRAM_SITE_ROOT: root,
    ENGRAM_SITE_OUTPUT: output,
    ENGRAM_REPORT_VERSION: version,
    NO_COLOR: "1",
  };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [FRAMEWORK, "build"], {env, stdio: ["ignore", "pipe", "pipe"]});
    const tail: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => tail.push(...text.split("\n")));
    // What loaders say while they measure is the reader's only sign of life: pass it on at once.
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      tail.push(...text.split("\n"));
      for (const line of text.split("\n")) if (line.trim() !== "") log(line);
    });
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0) return done();
      const last = tail.filter((line) => line.trim() !== "").slice(-TAIL_LINES);
      fail(
        new SiteError(
          `the site does not build (Framework's exit code ${code}):\n${last.join("\n")}`,
          "mend the page or loader named above; `npx observable build` shows the whole log",
        ),
      );
    });
  });
}

/** Builds the site into `output`. Nothing is left half-written: the folder appears when it is complete. */
export async function buildSite({output, log, root = "src", version = "unpublished draft"}: SiteOptions) {
  const started = performance.now();
  const fresh = `${output}.building.tmp`;
  rmSync(fresh, {recursive: true, force: true});
  // Framework never runs a loader again that has cached output: every build starts from none.
  rmSync(join(root, ".observablehq"), {recursive: true, force: true});
  if (!existsSync(FRAMEWORK))
    throw new SiteError("Observable Framework is not installed", "run `npm ci`, or `npm run report`");
  await observable(fresh, root, version, log);

  const files = filesBelow(fresh);
  for (const file of files.filter(
    (file) => [".html", ".js"].includes(extname(file)) && !file.startsWith("_npm/"),
  )) {
    const path = join(fresh, file);
    const text = readFileSync(path, "utf8");
    const settled = settle(text);
    if (settled !== text) writeFileSync(path, settled);
  }
  const data = files.filter((file) => /^(_file\/)?data\//.test(file));
  const checksums = data.map((path) => {
    const bytes = readFileSync(join(fresh, path));
    return {path, bytes: bytes.length, sha256: sha256(bytes)};
  });
  writeFileSync(join(fresh, "checksums.json"), `${JSON.stringify({version, files: checksums}, null, 1)}\n`);
  writeFileSync(join(fresh, "licenses.txt"), licences());

  mkdirSync(dirname(resolve(output)), {recursive: true});
  rmSync(output, {recursive: true, force: true});
  renameSync(fresh, output);
  const pages = files.filter((file) => file.endsWith(".html")).length;
  log(`site: ${pages} pages in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return {output, pages};
}
