// The licences of the packages whose code a page ships: each asks that its notice travels with it.
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";

interface PackageJson {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
  /** Of the project: the packages whose code its pages ship. */
  shipped?: string[];
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([-_.].*)?$/i;

/** What Framework bundles into its own client, beside what package.json names. */
const CLIENT = [
  "@observablehq/framework",
  "@observablehq/runtime",
  "@observablehq/inspector",
  "@observablehq/inputs",
];

function folderOf(name: string, from: string): string | undefined {
  const nested = join(from, "node_modules", name);
  const top = join("node_modules", name);
  return [nested, top].find((folder) => existsSync(join(folder, "package.json")));
}

/** One text: each package that may be in the site's bundles, with the text of its licence. */
export function licences(): string {
  const found = new Map<string, string>();
  const project: PackageJson = JSON.parse(readFileSync("package.json", "utf8"));
  const queue = [...(project.shipped ?? []), ...CLIENT].map((name) => ({name, from: "."}));
  for (const {name, from} of queue) {
    const folder = folderOf(name, from);
    if (folder === undefined || found.has(folder)) continue;
    const self: PackageJson = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const texts = readdirSync(folder)
      .filter((file) => LICENCE_FILE.test(file))
      .sort()
      .map((file) => readFileSync(join(folder, file), "utf8").trim());
    found.set(
      folder,
      [`${self.name} ${self.version} (${self.license ?? "see its home"})`, ...texts].join("\n\n"),
    );
    // Framework's own dependencies are its build tools; those of the others may be in the bundle.
    if (name === "@observablehq/framework") continue;
    for (const dependency of Object.keys(self.dependencies ?? {}))
      queue.push({name: dependency, from: folder});
  }
  const rule = `\n\n${"-".repeat(78)}\n\n`;
  return `${[...found.values()].sort().join(rule)}\n`;
}
