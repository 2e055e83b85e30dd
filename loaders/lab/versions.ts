// What changed between published versions, made small: pages draw it first, and each version would add to it.
import type {Claim, Edition, Move, Side, Summary, Versions} from "./claim.ts";

/** A version as it was published, whole. */
export interface PublishedVersion {
  version: string;
  measured_on: string;
  /** The checksum over all records: equal in editions of the same evidence. */
  store_root: string;
  newest_run: string;
  claims: Claim[];
  /** What could move a number: hashes of data, engine, method, and the host. */
  causes: Record<string, string>;
}

/** What is read of `manifest.json`; the oldest versions do not tell their newest run. */
export type Manifest = Pick<PublishedVersion, "version" | "measured_on" | "store_root"> & {
  newest_run?: string;
};

/** With the day of its newest record where the run is not told: runs begin with their day. */
export function dated(manifest: Manifest): Omit<PublishedVersion, "claims" | "causes"> {
  return {...manifest, newest_run: manifest.newest_run ?? manifest.measured_on.replaceAll("-", "")};
}

/** What can move a number besides chance, by the columns of a run that tell. */
const CAUSES: Record<string, string[]> = {
  engine: ["engine_sha256"],
  method: ["harness_sha256"],
  parameters: ["parameters"],
  compiler: ["compiler", "compiler_flags"],
  machine: ["host_cpu", "host_cores", "host_kernel", "host_disk"],
  packages: ["lockfile_sha256"],
};

export type Surroundings = Pick<Summary, "environment" | "datasets" | "definition_sha256">;

/** Whatever the order of the experiments: a site and a published version need not tell them in the same. */
export function causesOf(all: readonly Surroundings[]): Record<string, string> {
  const together = (parts: string[]) => [...new Set(parts)].sort().join("; ");
  const values = (columns: string[]) =>
    together(all.map(({environment}) => columns.map((name) => environment[name] ?? "").join(" ")));
  return {
    data: together(all.flatMap(({datasets}) => datasets.map(({sha256}) => sha256))),
    questions: together(all.map(({definition_sha256}) => definition_sha256)),
    ...Object.fromEntries(Object.entries(CAUSES).map(([cause, columns]) => [cause, values(columns)])),
  };
}

function edition({version, measured_on, claims}: PublishedVersion): Edition {
  const verdicts: Edition["verdicts"] = {};
  for (const {verdict} of claims) if (verdict !== null) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return {version, measured_on, numbers: claims.length, verdicts};
}

const keyOf = (claim: Claim) => `${claim.experiment}/${claim.id}`;
const sideOf = ({value, low, high, n, verdict}: Claim): Side => ({value, low, high, n, verdict});

function apart(a: Claim, b: Claim): boolean {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return false;
  return a.high < b.low || b.high < a.low;
}

/** All claims that differ at all, those beyond their intervals first. */
export function moves(before: readonly Claim[], after: readonly Claim[]): Move[] {
  const old = new Map(before.map((claim) => [keyOf(claim), claim]));
  const now = new Map(after.map((claim) => [keyOf(claim), claim]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((id) => {
      const [a, b] = [old.get(id), now.get(id)];
      const known = b ?? a;
      if (known === undefined || (a !== undefined && b !== undefined && a.value === b.value && a.n === b.n))
        return [];
      return [
        {
          id,
          label: known.label,
          unit: known.unit,
          before: a === undefined ? null : sideOf(a),
          after: b === undefined ? null : sideOf(b),
          apart: a !== undefined && b !== undefined && apart(a, b),
        },
      ];
    })
    .sort((a, b) => Number(b.apart) - Number(a.apart) || a.id.localeCompare(b.id));
}

/** Newest run first; of two editions that share it, the later name. */
function newestFirst(a: PublishedVersion, b: PublishedVersion): number {
  if (a.newest_run !== b.newest_run) return a.newest_run < b.newest_run ? 1 : -1;
  return a.version < b.version ? 1 : -1;
}

/** The present version among the published ones: those measured before it, and what moved since the last. */
export function versions(present: PublishedVersion, published: readonly PublishedVersion[]): Versions {
  const older = published
    .filter(
      ({store_root, newest_run}) => store_root !== present.store_root && newest_run <= present.newest_run,
    )
    .sort(newestFirst);
  const last = older[0];
  const editions = {current: edition(present), older: older.map(edition)};
  if (last === undefined) return {...editions, since: null};
  const known = Object.keys(present.causes).filter((cause) => last.causes[cause] !== undefined);
  return {
    ...editions,
    since: {
      moves: moves(last.claims, present.claims),
      differing:
        known.length === 0 ? null : known.filter((cause) => present.causes[cause] !== last.causes[cause]),
    },
  };
}
