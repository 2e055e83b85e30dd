// What a version says about itself to machines: RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) and
// Citation File Format 1.2.0 (https://citation-file-format.github.io).
import {extname} from "node:path";
import type {Summary} from "../../loaders/lab/claim.ts";
import type {FileEntry} from "./manifest.ts";

export interface About {
  version: string;
  /** `2026-11-24`. */
  measured_on: string;
  store_root: string;
  summaries: Summary[];
}

const TITLE = "Engram Workbench: measurements of a durable dual-memory store";
const LICENCE = "https://spdx.org/licenses/Apache-2.0";

const MEDIA_TYPES: Record<string, string> = {
  ".parquet": "application/vnd.apache.parquet",
  ".json": "application/json",
  ".html": "text/html",
  ".cff": "text/yaml",
  "": "text/plain",
};

function abstract({summaries}: About): string {
  const questions = summaries.map(({asks, verdict}) => `${asks} (${verdict})`);
  return `Records, claims and pages of ${summaries.length} experiments. ${questions.join(" ")}`;
}

/** ro-crate-metadata.json: the folder as a Dataset, its experiments as parts, their source data by reference. */
export function roCrate(about: About, files: readonly FileEntry[]): string {
  const datasets = new Map(about.summaries.flatMap(({datasets}) => datasets.map((set) => [set.name, set])));
  const parts = files.filter(({path}) => !path.startsWith("site/"));
  const graph = [
    {
      "@id": "ro-crate-metadata.json",
      "@type": "CreativeWork",
      about: {"@id": "./"},
      conformsTo: {"@id": "https://w3id.org/ro/crate/1.1"},
    },
    {
      "@id": "./",
      "@type": "Dataset",
      name: `${TITLE}, ${about.version}`,
      description: abstract(about),
      identifier: about.version,
      version: about.version,
      datePublished: about.measured_on,
      license: {"@id": LICENCE},
      hasPart: [...parts.map(({path}) => ({"@id": path})), {"@id": "site/"}],
      isBasedOn: [...datasets.keys()].map((name) => ({"@id": `#dataset-${name}`})),
      mentions: about.summaries.map(({id}) => ({"@id": `#experiment-${id}`})),
    },
    {"@id": LICENCE, "@type": "CreativeWork", name: "Apache License 2.0"},
    {"@id": "site/", "@type": "Dataset", name: "The pages, to be served by any static server"},
    ...about.summaries.map((summary) => ({
      "@id": `#experiment-${summary.id}`,
      "@type": "CreateAction",
      name: `${summary.id} ${summary.title}`,
      description: summary.hypothesis,
      instrument: {"@id": "#engram-workbench"},
      actionStatus: {"@id": "http://schema.org/CompletedActionStatus"},
      result: parts
        .filter(({path}) => path.startsWith(`data/${summary.id}/`))
        .map(({path}) => ({"@id": path})),
    })),
    {
      "@id": "#engram-workbench",
      "@type": "SoftwareApplication",
      name: "Engram Workbench",
      version: [...new Set(about.summaries.flatMap(({runs}) => runs.map(({git_commit}) => git_commit)))].join(
        ", ",
      ),
    },
    ...[...datasets.values()].map((set) => ({
      "@id": `#dataset-${set.name}`,
      "@type": "Dataset",
      name: set.name,
      url: set.home,
      license: set.licence,
      identifier: set.sha256,
      ...(set.synthetic ? {description: "synthetic stand-in"} : {}),
    })),
    ...parts.map(({path, bytes, sha256}) => ({
      "@id": path,
      "@type": "File",
      contentSize: String(bytes),
      encodingFormat: MEDIA_TYPES[extname(path)] ?? "application/octet-stream",
      sha256,
    })),
  ];
  return `${JSON.stringify({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}, null, 1)}\n`;
}

/** CITATION.cff. Strings go through JSON, which is YAML. */
export function citation(about: About): string {
  return `cff-version: 1.2.0
message: If you use these measurements, please cite the version you used.
type: dataset
title: ${JSON.stringify(TITLE)}
version: ${JSON.stringify(about.version)}
date-released: ${about.measured_on}
license: Apache-2.0
authors:
  - name: Engram Workbench contributors
abstract: ${JSON.stringify(abstract(about))}
identifiers:
  - type: other
    value: ${JSON.stringify(`sha256:${about.store_root}`)}
    description: Root checksum of the store of records
`;
}

/** README.md of a version: what a person who finds the folder in ten years needs. */
export function readme(about: About): string {
  const lines = about.summaries.map(
    ({id, title, asks, verdict}) => `- **${id} ${title}** — ${asks} *${verdict}*`,
  );
  return `# ${TITLE}

Version ${about.version}, newest record of ${about.measured_on}.

${lines.join("\n")}

| Here | Is |
|---|---|
| \`data/\` | the records: one folder per run, Parquet, with \`SHA256SUMS\` in the format of sha256sum |
| \`claims.json\` | every published number with its interval, sample and SQL |
| \`environment.json\` | the machines, compilers and data the numbers rest on |
| \`manifest.json\` | size and SHA-256 of every file |
| \`site/\` | the pages. Serve this folder with any static server, e.g. \`python3 -m http.server -d site\`; no network is needed. It is not kept in git: \`npm run report\` writes it again |

The root checksum of the store behind it is \`${about.store_root}\`.
`;
}
