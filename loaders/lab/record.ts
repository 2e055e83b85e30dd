// What one measurement leaves behind. Four row types, all append-only: a run (one invocation of a
// loader) has blocks (one process start of one subject), a block has requests (one row per request,
// raw) and observations (one row per value that is not a request: a recall, an nDCG, a build time).
// Every summary on every page is SQL over these rows. Contract: workbench.md, "Record".

/** How a number came to be. Only `measured` and `derived` numbers may meet in arithmetic. */
export type Kind = "measured" | "derived" | "simulated" | "cited";

export type ProfileName = "quick" | "standard" | "full";

/** Served as one row of `runs`: who measured what, with what, where. */
export interface Run {
  /** Unique: `<started, compact UTC>-<experiment>-<6 hex>`, sorts by time. */
  run: string;
  experiment: string;
  profile: ProfileName;
  /** Hash of everything that should make two runs comparable; see store/key.ts. */
  key: string;
  definition_sha256: string;
  engine_sha256: string;
  harness_sha256: string;
  /** Canonical JSON of the profile's parameters. */
  parameters: string;
  /** Canonical JSON, dataset name → SHA-256 of its files, `synthetic:<seed>` where none is real. */
  datasets: string;
  seed: number;
  session: string;
  /** How many runs with this key the store held before this one. */
  replicate: number;
  started_at_ms: number;
  ended_at_ms: number;
  git_commit: string;
  git_dirty: boolean;
  compiler: string;
  compiler_flags: string;
  host_sha256: string;
  host_cpu: string;
  host_cores: number;
  host_cpu_quota: number | null;
  host_kernel: string;
  host_mitigations: string;
  host_governor: string;
  host_memory_bytes: number;
  host_disk: string;
  host_clocksource: string;
  host_libc: string;
  host_node: string;
  lockfile_sha256: string;
}

/** One process start of one subject: the unit of inference. */
export interface Block {
  run: string;
  /** 0-based, unique in the run. */
  block: number;
  /** Place in the interleaving, e.g. 0…3 of A-B-B-A. */
  position: number;
  round: number;
  /** What was measured: `engram`, `hnswlib`, … */
  subject: string;
  subject_version: string;
  /** Canonical JSON of the subject's configuration (ef, M, threads, heap, …). */
  configuration: string;
  temperature: "warm" | "cold";
  /** `poisson`, `constant`, `closed`, `none` (no requests of its own). */
  schedule: string;
  offered_per_s: number | null;
  achieved_per_s: number | null;
  requests: number;
  /** Requests that started more than 1 ms behind their intended start. */
  late_starts: number;
  backlog_max: number | null;
  load_before: number;
  load_after: number;
  /** Share of CPU time taken by the hypervisor during the block, 0…1. */
  steal: number;
  cpu_seconds: number;
  /** SHA-256 over the answers, with the number of answers it covers. */
  answer_sha256: string | null;
  answer_n: number | null;
  kind: Kind;
  /** Why the block is not used; null when it is. Excluded blocks stay in the store and add up. */
  excluded: string | null;
}

/** One request of an open- or closed-loop load. Times are ns since the block's start. */
export interface Request {
  block: number;
  sequence: number;
  operation: string;
  intended_ns: number;
  start_ns: number;
  end_ns: number;
  /** `ok` or the error's code. A failed request keeps its latency, in its own class. */
  status: string;
}

/** One value that is not a request's time. */
export interface Observation {
  block: number;
  metric: string;
  /** What the value belongs to: a query's row, a user's id, `ef=64`; empty when there is one. */
  label: string;
  unit: string;
  value: number;
  /** How many items the value was taken over. */
  n: number;
}
