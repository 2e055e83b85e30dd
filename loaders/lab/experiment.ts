// The language experiments are declared in: what is asked, what would settle it, and how it is measured.
// All that is declared is hashed before the run (pre-registration); all machinery is elsewhere.
import type {Engine} from "../../native/engine.ts";
import type {Dataset} from "../datasets/dataset.ts";
import type {Estimator} from "./estimate.ts";
import type {Recorder} from "./measure/recorder.ts";
import type {ProfileName} from "./record.ts";
import type {StoredRun} from "./store/store.ts";

export type Verdict = "met" | "missed" | "not enough evidence";
export type Comparison = "<" | "<=" | ">" | ">=";

/** The two sides of a ratio, and what they did. */
export interface Pair {
  scenario: string;
  rival: string;
  /** The other side, where it is not plain engram: `engram served`. */
  ours?: string;
}

/** A number an experiment reports: rows by SQL, reduced by an estimator.
 *  SQL sees the views runs, blocks, requests (with latency_ns, service_ns, late, block key `unit`) and
 *  observations, already limited to this experiment's current key and to blocks not excluded. */
export interface Metric {
  id: string;
  /** A noun phrase for tables: `P99.9 of recall`. */
  label: string;
  unit: string;
  estimator: Estimator;
  /** Where the number is a ratio of two subjects: what was done, and against whom. Pages draw these together,
   *  and the publication lint asks more of them. */
  compares?: Pair;
  /** Yields `value`, and where they matter `block` (unit of inference) and `side` ('a' | 'b'). */
  rows: string;
}

/** A threshold, declared before the run. Met when the whole interval is on the right side, missed when
 *  the whole interval is on the wrong side, otherwise not enough evidence. */
export interface Floor {
  metric: Metric;
  comparison: Comparison;
  threshold: number;
  /** Where the threshold is from: `tasks.md 006`. */
  source: string;
}

/** A reason not to believe a run at all. `violations` yields one row (text column `reason`) per violation;
 *  no row means the run stands. */
export interface VoidRule {
  id: string;
  says: string;
  violations: string;
}

/** A small table prepared at build time, drawn by a page before DuckDB starts. */
export interface Table {
  id: string;
  /** What the table shows, as a caption. */
  caption: string;
  sql: string;
  /** Units per column, for heads and axes; columns without one are dimensionless. */
  units: Record<string, string>;
}

/** An answer: one sentence for the start page. `says` gets the formatted value with interval and verdict. */
export interface Answer {
  id: string;
  metric: Metric;
  /** e.g. (v) => `Recall answers 99.9 % of requests within ${v}.` */
  says: (value: string) => string;
}

export interface Context<Parameters> {
  profile: ProfileName;
  parameters: Parameters;
  seed: number;
  /** Independent seeded stream per name, uniform in [0, 1). */
  random: (stream: string) => () => number;
  /** Monotonic, ns. */
  now: () => bigint;
  dataset: (name: string) => Promise<Dataset>;
  /** Stored runs of an experiment that is declared in `reads`, of any key, oldest first. */
  stored: (experiment: string) => StoredRun[];
  /** A fresh folder on a real disk, removed after the run. */
  scratch: string;
  record: Recorder;
  /** Progress of the whole experiment: done and total in the experiment's own units. */
  progress: (done: number, total: number, doing: string) => void;
  /** Aborted by Ctrl-C: stop and throw. */
  signal: AbortSignal;
  openEngine: (directory: string) => Promise<Engine>;
}

export interface Definition<Parameters = Record<string, unknown>> {
  /** `006`. */
  id: string;
  /** `latency-tail`: file names and addresses are `006-latency-tail`. */
  slug: string;
  title: string;
  asks: string;
  hypothesis: string;
  /** import.meta.url of the declaring file: its bytes are part of the definition's hash. */
  source: string;
  /** Further files or folders that measure, from the project's root; part of the definition's hash. */
  sources?: string[];
  datasets: string[];
  /** Experiments whose stored runs it folds: a new run of one of them makes this one stale. */
  reads?: string[];
  /** Folders of loaders/systems that take part; their sources are part of the key. */
  systems: string[];
  profiles: Record<ProfileName, Parameters>;
  floors: Floor[];
  answers: Answer[];
  /** Further metrics shown beside the floors, without a threshold. */
  metrics?: Metric[];
  tables: Table[];
  voidIf: VoidRule[];
  /** When the run stops, in a sentence. */
  stops: string;
  /** Which blocks are dropped, and on what ground, in a sentence. */
  excludes: string;
  /** Threats to validity, each a sentence. */
  threats: string[];
  measure: (context: Context<Parameters>) => Promise<void>;
}

/** Declares an experiment. Throws where the declaration contradicts itself. */
export function experiment<Parameters>(definition: Definition<Parameters>): Definition<Parameters> {
  if (!/^\d{3}$/.test(definition.id))
    throw new TypeError(`experiment id "${definition.id}" is not three digits; use e.g. "006"`);
  const ids = [
    ...definition.floors.map((floor) => floor.metric.id),
    ...(definition.metrics ?? []).map((metric) => metric.id),
  ];
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new TypeError(`experiment ${definition.id} declares metric "${twice}" twice; give each its own id`);
  return definition;
}
