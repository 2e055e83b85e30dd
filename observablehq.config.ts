// The site: Observable Framework, built with the network off. What Framework would fetch from a CDN comes
// from node_modules; any package forgotten there fails the build instead of reaching for the network.
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fillNpmCache} from "./scripts/publish/packages.ts";

const root = process.env.ENGRAM_SITE_ROOT ?? "src";

process.env.OBSERVABLE_TELEMETRY_DISABLE = "1";
await fillNpmCache(root);
globalThis.fetch = (input) => {
  throw new Error(
    `the site is built without a network, but ${String(input)} was asked for; ` +
      "add the package to dependencies in package.json, or its file to ASSETS in scripts/publish/packages.ts",
  );
};

/** Parquet files published beside each experiment's page, under a lasting address: `data/<name>/<table>.parquet`. */
const TABLES = ["run", "blocks", "requests", "observations"];

interface Page {
  path: string;
  name: string;
}

/** A page's own title; an experiment appears in the navigation because its page exists. */
function experimentPages(): Page[] {
  const folder = join(root, "experiments");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => {
      const title = readFileSync(join(folder, file), "utf8").match(/^title:\s*(.+)$/m)?.[1];
      return {path: `experiments/${file.slice(0, -".md".length)}`, name: title ?? file};
    });
}

const experiments = experimentPages();
const pages: Page[] = [
  ...experiments,
  {path: "systems", name: "Systems"},
  {path: "method", name: "Method"},
  {path: "data", name: "Data"},
  {path: "versions", name: "Versions"},
];

/** A page per system: each folder in loaders/systems is one. */
const systems = readdirSync("loaders/systems", {withFileTypes: true})
  .filter((entry) => entry.isDirectory() && existsSync(join("loaders/systems", entry.name, "card.ts")))
  .map(({name}) => `/systems/${name}`);

function navigation(path: string): string {
  const here = (page: string) => (path === `/${page}` ? ' aria-current="page"' : "");
  const items = pages.map((page) => `<li><a href="/${page.path}"${here(page.path)}>${page.name}</a></li>`);
  return `<a class="skip" href="#observablehq-main">Skip to the text</a>
<nav class="masthead" aria-label="Pages">
<a class="wordmark" href="/index"${here("index")}>engram <span>workbench</span></a>
<ul>${items.join("")}</ul>
</nav>`;
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#3a3fd4"/></svg>';

const version = process.env.ENGRAM_REPORT_VERSION ?? "unpublished draft";

export default {
  root,
  output: process.env.ENGRAM_SITE_OUTPUT ?? ".site",
  title: "Engram Workbench",
  style: "style.css",
  globalStylesheets: [],
  duckdb: {extensions: {json: null, parquet: null}},
  sidebar: false,
  toc: false,
  pager: false,
  typographer: true,
  // Pages keep their extension: a folder of them opens from any static server.
  preserveExtension: true,
  preserveIndex: true,
  dynamicPaths: [
    "/data/views.json",
    ...systems,
    ...experiments.flatMap(({path}) =>
      TABLES.map((table) => `/data/${path.slice("experiments/".length)}/${table}.parquet`),
    ),
  ],
  head: `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">`,
  header: ({path}: {path: string}) => navigation(path),
  footer: `<p>Report <b class="version">${version}</b>. Every number is computed from the records behind it; click one to compute it again in your browser.</p>
<p class="quiet">Made with Observable Framework, Vega-Lite, Arquero and DuckDB; <a href="/licenses.txt">their licences</a>.</p>`,
};
