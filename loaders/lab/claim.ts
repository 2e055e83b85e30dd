// What pages show: claims (a number with its SQL, interval and scope) and the summary of an experiment.
// Prepared at build time, small, drawn before DuckDB starts; a reader's browser can recompute each value.
import type {Estimate} from "./estimate.ts";
import type {Comparison, Pair, Verdict} from "./experiment.ts";
import type {ProfileName} from "./record.ts";

export interface Claim extends Omit<Estimate, "value"> {
  /** Null where there was nothing to compute it from. */
  value: number | null;
  id: string;
  experiment: string;
  label: string;
  unit: string;
  /** Of a ratio: what was done, and against whom; null for any other number. */
  compares: Pair | null;
  /** SQL over the published tables that yields (value, n): the same number, recomputed by a click. */
  sql: string;
  /** What the number speaks of: profile, hosts, runs and blocks it rests on. */
  scope: string;
  comparison: Comparison | null;
  threshold: number | null;
  /** Where the threshold is from. */
  source: string | null;
  verdict: Verdict | null;
  /** The answer as a sentence, where the experiment gives one. */
  sentence: string | null;
}

export interface PreparedTable {
  caption: string;
  sql: string;
  units: Record<string, string>;
  columns: string[];
  rows: (string | number | boolean | null)[][];
}

export interface RunLine {
  run: string;
  profile: ProfileName;
  started_at_ms: number;
  seconds: number;
  git_commit: string;
  git_dirty: boolean;
  host: string;
  blocks: number;
  excluded: number;
  requests: number;
}

/** `src/data/<id>-<slug>.json`: all that an experiment's page draws first. */
export interface Summary {
  id: string;
  slug: string;
  title: string;
  asks: string;
  hypothesis: string;
  stops: string;
  excludes: string;
  threats: string[];
  definition_sha256: string;
  key: string | null;
  profile: ProfileName | null;
  /** `empty`: nothing measured for the current key; `void`: measured, but a void rule fired. */
  state: "measured" | "void" | "empty";
  /** Why it is void or empty. */
  reasons: string[];
  verdict: Verdict;
  claims: Claim[];
  tables: Record<string, PreparedTable>;
  runs: RunLine[];
  exclusions: {run: string; block: number; subject: string; reason: string}[];
  environment: Record<string, string>;
  datasets: {name: string; sha256: string; licence: string; home: string; synthetic: boolean}[];
  /** Command that reproduces it. */
  command: string;
}

/** `src/data/overview.json`: all that the start page draws first. */
export interface Overview {
  /** Root checksum of the store's index: the report's version. */
  version: string;
  /** Latest record's day, `2026-11-24`; null when the store is empty. */
  measured_on: string | null;
  experiments: {
    id: string;
    slug: string | null;
    title: string;
    group: string;
    verdict: Verdict;
    /** `not built yet`, `nothing measured`, or what a verdict still needs. */
    note: string;
  }[];
  answers: Claim[];
}

/** A version as a line of a list. */
export interface Edition {
  version: string;
  measured_on: string;
  numbers: number;
  verdicts: Partial<Record<Verdict, number>>;
}

/** One side of a move. */
export type Side = Pick<Claim, "value" | "low" | "high" | "n" | "verdict">;

export interface Move {
  id: string;
  label: string;
  unit: string;
  before: Side | null;
  after: Side | null;
  /** The intervals do not touch: more than chance. */
  apart: boolean;
}

/** `src/data/versions.json`. */
export interface Versions {
  current: Edition;
  /** Newest first; never the current one, nor another edition of its records. */
  older: Edition[];
  /** What moved since the newest of `older`; null where there is none. */
  since: {
    moves: Move[];
    /** Causes that differ; null where the older version does not say what it was measured with. */
    differing: string[] | null;
  } | null;
}
