// The 31 experiments by number, and which of them are built: a loader file `NNN-slug.parquet.ts` whose
// default export is the declaration. Titles and groups are those of tasks.md. Numbers 000 and 200 are none of the 31:
// the engine's core by itself, and its memory beside that of people.
import {readdirSync} from "node:fs";
import {dirname} from "node:path";
import {fileURLToPath} from "node:url";
import type {Definition} from "./lab/experiment.ts";

const INFRASTRUCTURE = "Performance infrastructure";
const READINESS = "Production readiness";
const CORE = "The core by itself";

export const CATALOGUE: readonly {id: string; title: string; group: string}[] = [
  ...[
    "Production workload simulation",
    "Extended soak",
    "Burst stress",
    "Dataset scaling 100K → 1M → 10M",
    "Throughput scaling",
    "Latency tail",
    "Thread scalability",
    "Contention hot spots",
    "Multi-tenant isolation",
    "NUMA cross-socket",
    "CPU diversity",
    "Cache-line alignment",
    "Prefetching effectiveness",
    "CI performance gate",
    "Competitive baseline tracking",
    "Performance dashboard",
  ].map((title, index) => ({id: String(index + 1).padStart(3, "0"), title, group: INFRASTRUCTURE})),
  ...[
    "Knowledge graph construction",
    "Recommendation engine",
    "Fraud detection",
    "Consolidation crash recovery",
    "Resource exhaustion",
    "Network partition",
    "Backup and restore",
    "Monitoring and alerting",
    "Troubleshooting runbooks",
    "Latency budgets",
    "Capacity planning",
    "Competitive validation",
    "Zero-downtime migration",
    "API versioning and deprecation",
    "Client library integration",
  ].map((title, index) => ({id: String(101 + index), title, group: READINESS})),
  {id: "000", title: "Core benchmarks", group: CORE},
  {id: "200", title: "Human memory", group: CORE},
];

export class UnknownExperiment extends Error {
  readonly remedy: string;
  constructor(id: string, built: readonly string[]) {
    super(
      CATALOGUE.some((entry) => entry.id === id)
        ? `experiment ${id} is not built yet`
        : `there is no experiment "${id}"`,
    );
    this.name = "UnknownExperiment";
    this.remedy = `built are: ${built.join(", ")}; npm run list shows all`;
  }
}

export const LOADERS = dirname(fileURLToPath(import.meta.url));
const LOADER = /^(\d{3})-([a-z0-9-]+)\.parquet\.ts$/;

/** Numbers and slugs of the experiments that are built, by number. */
export function built(folder = LOADERS): {id: string; slug: string; file: string}[] {
  return readdirSync(folder)
    .flatMap((file) => {
      const [, id, slug] = LOADER.exec(file) ?? [];
      return id === undefined || slug === undefined ? [] : [{id, slug, file}];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Loads a declaration by number (`006`) or by name (`006-latency-tail`). Throws UnknownExperiment. */
export async function load(name: string, folder = LOADERS): Promise<Definition<never>> {
  const known = built(folder);
  const entry = known.find(({id, slug}) => name === id || name === `${id}-${slug}`);
  if (entry === undefined)
    throw new UnknownExperiment(
      name,
      known.map(({id}) => id),
    );
  const module = (await import(`${folder}/${entry.file}`)) as {default: Definition<never>};
  return module.default;
}

/** In the same order, but those that read others' runs behind those that read none: a new run makes its readers stale. */
export function readersLast<D extends {reads?: string[]}>(definitions: readonly D[]): D[] {
  const reads = ({reads = []}: D) => reads.length > 0;
  return [...definitions.filter((one) => !reads(one)), ...definitions.filter(reads)];
}
