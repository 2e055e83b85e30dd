// The start of reports/: a plain page that lists the published versions, newest first, and works without
// any of them being opened.
import {existsSync, readdirSync, readFileSync, renameSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import type {Claim} from "../../loaders/lab/claim.ts";
import {MANIFEST, type Manifest, readManifest} from "./manifest.ts";

export interface Version extends Manifest {
  folder: string;
}

/** All published versions below `reports`, newest first. */
export function versions(reports: string): Version[] {
  if (!existsSync(reports)) return [];
  return readdirSync(reports, {withFileTypes: true})
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => join(reports, entry.name))
    .filter((folder) => existsSync(join(folder, MANIFEST)))
    .map((folder) => ({folder, ...readManifest(folder)}))
    .sort((a, b) =>
      a.newest_run === b.newest_run ? order(b.version, a.version) : a.newest_run < b.newest_run ? 1 : -1,
    );
}

/** Editions of one version by number, so that `.10` follows `.9`. */
function order(a: string, b: string): number {
  return a.localeCompare(b, "en", {numeric: true});
}

function tally(folder: string): string {
  const claims: Claim[] = JSON.parse(readFileSync(join(folder, "claims.json"), "utf8"));
  const of = (verdict: string) => claims.filter((claim) => claim.verdict === verdict).length;
  return `${of("met")} met, ${of("missed")} missed, ${of("not enough evidence")} without enough evidence`;
}

export function listing(all: readonly Version[]): string {
  const rows = all.map(
    ({folder, version, measured_on, files}) =>
      `<tr><td><a href="${version}/site/index.html">${version}</a></td><td>${measured_on}</td><td>${tally(folder)}</td><td><a href="${version}/claims.json">claims</a> · <a href="${version}/manifest.json">manifest of ${files.length} files</a></td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Engram Workbench: published versions</title>
<style>
body { max-width: 54rem; margin: 3rem auto; padding: 0 1.25rem; font: 1.0625rem/1.55 Charter, "Iowan Old Style", "Liberation Serif", Georgia, serif; }
table { border-collapse: collapse; width: 100%; font: 0.9375rem/1.5 -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
th, td { text-align: left; padding: 0.45rem 1rem 0.45rem 0; border-bottom: 1px solid #8886; vertical-align: baseline; }
div { overflow-x: auto; }
</style>
<h1>Engram Workbench</h1>
<p>Published versions, newest first. Each is a folder that stays as it is.</p>
<div><table>
<thead><tr><th>Version</th><th>Newest record</th><th>Verdicts</th><th>Files</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>
</html>
`;
}

/** Writes `<reports>/index.html` in one step. */
export function writeListing(reports: string): void {
  const path = join(reports, "index.html");
  writeFileSync(`${path}.tmp`, listing(versions(reports)));
  renameSync(`${path}.tmp`, path);
}
