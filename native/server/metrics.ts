// What Prometheus reads: every request by operation, what waits and was refused, each space and its log, the disk.
import {statfsSync} from "node:fs";
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  Registry,
} from "prom-client";
import type {Stats} from "../engine.ts";
import type {Context} from "./context.ts";
import type {Version} from "./operation.ts";

/** 50 µs to 10 s, about 2 to 2.5 times each. */
const REQUEST_BUCKETS_S = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];

/** Gauges of a space: name, the field of its stats, what it says. */
const SPACE_GAUGES: readonly [string, keyof Stats, string][] = [
  ["episodes", "episodes", "Episodes in the space."],
  ["vectors", "vectors", "Episodes with an embedding."],
  ["edges", "edges", "Edges of the graph."],
  ["concepts", "concepts", "Concepts formed from episodes."],
  ["bindings", "bindings", "Episodes bound to a concept."],
  ["consolidations", "consolidations", "Cycles of consolidation since the space was made."],
  ["pending", "pending", "Episodes that no consolidation has looked at yet."],
  ["log_bytes", "logBytes", "Bytes of the write-ahead log."],
  ["log_syncs", "logSyncs", "Flushes of the log since it was opened."],
  ["vector_bytes", "vectorBytes", "Bytes of vectors in memory."],
  ["index_bytes", "indexBytes", "Bytes of the vector index in memory."],
  ["sequence", "sequence", "The last write's number."],
  ["durable_sequence", "durable", "The last write known to be on the disk."],
];

export interface Served {
  operation: string;
  version: Version | "none";
  status: number;
  seconds: number;
  /** Told beside the bucket, so that a slow request can be found in the log. */
  requestId?: string;
}

export class Metrics {
  readonly #registry = new Registry<OpenMetricsContentType>();
  readonly #requests: Histogram<"operation" | "version" | "status">;
  readonly #audited: Counter<"verb" | "outcome">;

  constructor() {
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: "engram_request_seconds",
      help: "Time from a request's head to the end of its answer.",
      labelNames: ["operation", "version", "status"],
      buckets: REQUEST_BUCKETS_S,
      enableExemplars: true,
      registers,
    });
    this.#audited = new Counter({
      name: "engram_audited",
      help: "Lines of the audit log.",
      labelNames: ["verb", "outcome"],
      registers,
    });
    collectDefaultMetrics({register: this.#registry as unknown as Registry, prefix: "engram_"});
  }

  served({operation, version, status, seconds, requestId}: Served): void {
    const labels = {operation, version, status: String(status)};
    const exemplarLabels = (requestId === undefined ? {} : {request_id: requestId}) as object;
    this.#requests.observe({labels, value: seconds, exemplarLabels});
  }

  audited(verb: string, outcome: string): void {
    this.#audited.inc({verb, outcome});
  }

  /** Gauges that are read when somebody asks. */
  watch({spaces, admission, bodies, health}: Omit<Context, "metrics">, data: string): void {
    const registers = [this.#registry];
    const gauge = <L extends string>(
      name: string,
      help: string,
      labelNames: L[],
      collect: (g: Gauge<L>) => void,
    ) =>
      new Gauge({
        name: `engram_${name}`,
        help,
        labelNames,
        registers,
        collect() {
          this.reset();
          collect(this as unknown as Gauge<L>);
        },
      });
    for (const [name, field, help] of SPACE_GAUGES)
      gauge(`space_${name}`, help, ["space"], (g) => {
        for (const space of spaces) g.set({space: space.id}, Number(space.stats()[field]));
      });
    gauge("space_takes_writes", "1 while the space takes writes.", ["space", "code"], (g) => {
      const ill = new Map(health.report(spaces).spaces.map(({space, code}) => [space, code]));
      for (const {id} of spaces) g.set({space: id, code: ill.get(id) ?? "ok"}, ill.has(id) ? 0 : 1);
    });
    for (const what of ["running", "waiting", "refused"] as const)
      gauge(`requests_${what}`, `Requests ${what}, by class of cost.`, ["cost"], (g) => {
        for (const lane of admission) g.set({cost: lane.cost}, lane[what]);
      });
    gauge("bodies_held_bytes", "Bytes of bodies that are being received.", [], (g) => g.set(bodies.held));
    gauge("disk_free_bytes", "Free bytes of the file system of the data.", [], (g) => {
      const {bavail, bsize} = statfsSync(data);
      g.set(bavail * bsize);
    });
    gauge("serving", "1 while the server is ready.", [], (g) => g.set(health.ready(spaces) ? 1 : 0));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  readonly #before: (() => void)[] = [];

  /** Called before the metrics are told: for what is counted elsewhere. */
  before(tell: () => void): void {
    this.#before.push(tell);
  }

  text(): Promise<string> {
    for (const tell of this.#before) tell();
    return this.#registry.metrics();
  }
}
