// Experiment 000: the core itself, without a server and without Node: engram's figures beside hnswlib's, beside the
// raw log, and beside what this machine can do at most. Not one of the 31; `npm run bench:core`.
import {homedir} from "node:os";
import {join} from "node:path";
import {type Bench, benches, buildBenches} from "./core-benchmarks/bench.ts";
import type {BoundaryInput, main as boundary} from "./core-benchmarks/boundary.ts";
import {
  BOUNDARY,
  DURABLE_ONE,
  FLOORS,
  HERE,
  METRICS,
  SMALL,
  SMALL_SPACE,
  TABLES,
  TAIL_HERE,
  TEN_SEEDS,
  TWO_HOPS,
} from "./core-benchmarks/figures.ts";
import type {Finding} from "./core-benchmarks/finding.ts";
import {writeArrays, writeGraph} from "./core-benchmarks/inputs.ts";
import * as mnist from "./datasets/mnist.ts";
import {powerLawGraph} from "./datasets/power-law-graph.ts";
import {experiment} from "./lab/experiment.ts";
import {laboratory} from "./lab/laboratory.ts";
import {runInChild} from "./lab/measure/worker.ts";
import {permutation} from "./lab/statistics/random.ts";
import {system as hnswlib} from "./systems/hnswlib/index.ts";

export interface Parameters {
  /** Vectors of each set; 0: the set is left out. */
  passages: number;
  synthetic: number;
  synthetic_large: number;
  images: number;
  queries: number;
  rounds: number;
  graph_queries: number;
  /** Time in store() per visit, ms. */
  durable_ms: number;
  /** More than of the rest: a disk changes from turn to turn. */
  durable_rounds: number;
  boundary_ms: number;
  opened: number;
  instructions: boolean;
}

const SYNTHETIC_DIMENSION = 384;
const CACHE = join(homedir(), ".cache/engram-workbench/systems");
/** A round of calls from TypeScript is short: so many times the rounds, so that a slow one does not decide. */
const BOUNDARY_ROUNDS = 2;
/** What callgrind runs must be small: it takes some fifty times as long. From 6,000 vectors on no tail is scanned. */
const COUNTED = {vectors: 6_500, calls: 100};

export default experiment<Parameters>({
  id: "000",
  slug: "core-benchmarks",
  title: "Core benchmarks",
  asks: "What does the engine's core do by itself, beside hnswlib, the raw log and this machine's own limits?",
  hypothesis:
    "At equal recall the index answers three times as many queries as hnswlib and more, links are followed in microseconds, and a durable store costs little more than the disk's own flush.",
  source: import.meta.url,
  sources: ["native/bench"],
  datasets: ["wikispeedia-minilm", "mnist", "power-law-graph"],
  systems: ["engram", "hnswlib"],
  profiles: {
    quick: {
      passages: 15_000,
      synthetic: 0,
      synthetic_large: 0,
      images: 0,
      queries: 200,
      rounds: 6,
      graph_queries: 500,
      durable_ms: 120,
      durable_rounds: 6,
      boundary_ms: 60,
      opened: 5_000,
      instructions: false,
    },
    standard: {
      passages: 100_000,
      synthetic: 100_000,
      synthetic_large: 0,
      images: 60_000,
      queries: 500,
      rounds: 6,
      graph_queries: 1_000,
      durable_ms: 500,
      durable_rounds: 12,
      boundary_ms: 300,
      opened: 100_000,
      instructions: true,
    },
    full: {
      passages: 100_000,
      synthetic: 100_000,
      synthetic_large: 500_000,
      images: 60_000,
      queries: 1_000,
      rounds: 8,
      graph_queries: 2_000,
      durable_ms: 1_000,
      durable_rounds: 16,
      boundary_ms: 500,
      opened: 1_000_000,
      instructions: true,
    },
  },
  floors: FLOORS,
  metrics: METRICS,
  answers: [
    {
      id: "search",
      metric: HERE[0] ?? SMALL_SPACE,
      says: (value) =>
        `Without any server around it, the index answers ${value} as many queries as hnswlib at recall@10 0.95.`,
    },
    {
      id: "tail",
      metric: TAIL_HERE,
      says: (value) =>
        `At the same recall, the slowest in a hundred queries takes ${value} as long as with hnswlib.`,
    },
    {
      id: "spread",
      metric: TWO_HOPS,
      says: (value) => `From one memory, all that lies within two links is activated in ${value}.`,
    },
    {
      id: "seeds",
      metric: TEN_SEEDS,
      says: (value) => `From ten memories at once, over three links, it takes ${value}.`,
    },
    {
      id: "small",
      metric: SMALL_SPACE,
      says: (value) => `Among ten thousand vectors one query takes ${value}.`,
    },
    {
      id: "durable",
      metric: DURABLE_ONE,
      says: (value) => `Stored durably one by one, memories keep ${value} of the raw log's rate.`,
    },
    {
      id: "boundary",
      metric: BOUNDARY,
      says: (value) => `The way from TypeScript into the core and back takes ${value}.`,
    },
  ],
  tables: TABLES,
  voidIf: [
    {
      id: "narrow-rival",
      says: "hnswlib was not measured, or without the SIMD that engram had",
      violations: `
        SELECT 'run ' || r.run || ': hnswlib ' || coalesce(CAST(max(o.value) AS VARCHAR), 'missing') || ' bits' AS reason
        FROM runs r LEFT JOIN observations o ON o.run = r.run AND o.subject = 'hnswlib' AND o.metric LIKE 'simd_bits %'
        LEFT JOIN observations e ON e.run = r.run AND e.subject = 'engram' AND e.metric LIKE 'simd_bits %'
        GROUP BY r.run HAVING max(o.value) IS NULL OR max(o.value) < max(e.value)`,
    },
    {
      id: "half-a-graph",
      says: "the graph did not hold all its edges",
      violations: `
        SELECT 'run ' || r.run || ': ' || coalesce(max(o.value), 0) || ' edges' AS reason
        FROM runs r LEFT JOIN observations o ON o.run = r.run AND o.metric = 'edges'
        GROUP BY r.run HAVING coalesce(max(o.value), 0) <> 1000000`,
    },
  ],
  stops: "After the declared number of rounds of every benchmark.",
  excludes: "An instruction count is left out, by name, where valgrind is missing.",
  threats: [
    "All rounds of one benchmark share one process and one build of each index: their interval does not hold what differs between process starts.",
    "The quick profile searches 15,000 passages; thresholds speak of 100,000 and are then left open.",
    "Recall's interval counts each sought neighbour as a trial of its own; those of one query are not independent.",
    "Rates are per second of the thread's own CPU time, which a busy neighbour still lowers through shared caches; ratios within a round suffer least.",
    "P99 repeats the same queries until there are a thousand: it tells the slowest of these, not of all that could be asked; and it is of CPU time, which no other process's turn on the CPU lengthens.",
    "We tuned our own index; hnswlib runs with its authors' usual settings (M 16, efConstruction 200).",
    "The synthetic clusters and the power-law graph are synthetic.",
    "A roofline is a model, told beside its number: what the caches hold, it does not know.",
  ],
  async measure({parameters, dataset, scratch, record, progress, signal, random}) {
    let done = 0;
    const steps = 10;
    const step = (doing: string) => progress(done++, steps, doing);
    const {passages, synthetic, synthetic_large, images, queries, rounds} = parameters;

    step("installing hnswlib, building the benchmarks");
    await hnswlib.prepare(CACHE, (line) => progress(0, steps, line));
    const folder = await buildBenches(laboratory().root, signal);
    const bench: Bench = benches(folder, record, {hnswlib: "0.8, hnswlib-node 3.0.0"}, signal);
    const vectors = (
      set: string,
      base: string,
      asked: string,
      dimension: number,
      count: number,
      more: Record<string, string | number> = {},
    ) =>
      bench.run({
        name: "index_bench",
        options: {base, queries: asked, dimension, count, asked: queries, rounds, ...more},
        of: `${set} ${count}`,
      });

    step("measuring the machine");
    await bench.run({name: "roofline_bench", options: {directory: scratch, rounds}});

    step("spreading and traversal");
    const graph = writeGraph(
      join(scratch, "edges.bin"),
      powerLawGraph(random("edges"), (n) => permutation(n, random("places"))),
    );
    await bench.run({
      name: "graph_bench",
      options: {edges: graph, queries: parameters.graph_queries, rounds: rounds * 2},
    });

    step(`searching ${passages} passages`);
    const set = await dataset("wikispeedia-minilm");
    const [base, unseen] = [set.file("passages.f16"), set.file("queries.f16")];
    await vectors(set.name, base, unseen, SYNTHETIC_DIMENSION, passages, {churn: "yes"});
    await vectors("small", base, unseen, SYNTHETIC_DIMENSION, SMALL, {rival: "no", width: 48});

    step("searching synthetic clusters");
    for (const count of [synthetic, synthetic_large].filter((size) => size > 0))
      await vectors("clustered-synthetic", "clustered", "clustered", SYNTHETIC_DIMENSION, count);

    step("searching images");
    if (images > 0) {
      const digits = await dataset("mnist");
      await vectors(
        digits.name,
        writeArrays(join(scratch, "images.f32"), [mnist.imageVectors(digits, images)]),
        writeArrays(join(scratch, "image-queries.f32"), [mnist.imageQueries(digits, queries)]),
        mnist.DIMENSION,
        images,
      );
    }

    step("recalling from both memories");
    for (const count of [SMALL, passages])
      await bench.run({
        name: "answer_bench",
        options: {
          ...{directory: join(scratch, `answers-${count}`), base, queries: unseen},
          ...{count, asked: queries, rounds},
        },
      });

    step("storing durably");
    await bench.run({
      name: "durable_bench",
      options: {
        directory: scratch,
        base,
        rounds: parameters.durable_rounds,
        milliseconds: parameters.durable_ms,
      },
    });
    await bench.run({name: "open_bench", options: {directory: scratch, count: parameters.opened}});

    step("crossing from TypeScript");
    const input: BoundaryInput = {
      directory: join(scratch, "boundary"),
      rounds: rounds * BOUNDARY_ROUNDS,
      time_ms: parameters.boundary_ms,
    };
    const crossed = await runInChild<Awaited<ReturnType<typeof boundary>>>(
      new URL("./core-benchmarks/boundary.ts", import.meta.url).href,
      input,
      {cpus: "1", signal},
    );
    bench.write(crossed satisfies Finding[], {bench: "tinybench", ...input, directory: "scratch"});

    step("counting instructions");
    if (!parameters.instructions) return;
    const {calls} = COUNTED;
    for (const [operation, pattern] of [
      ["1 seed, 2 hops", "engram::Graph::activate*"],
      ["10 seeds, 3 hops, cut-off", "engram::Graph::activate*"],
      ["2 hops", "engram::Graph::reach*"],
    ] as const)
      await bench.count({
        name: "graph_bench",
        options: {edges: graph, queries: calls, rounds: 1, only: operation},
        subject: "engram",
        operation,
        pattern,
        calls,
      });
    for (const [subject, pattern, rival] of [
      ["engram", "*Engram::search(*", "no"],
      ["hnswlib", "*Hnswlib::search(*", "yes"],
    ] as const)
      await bench.count({
        name: "index_count",
        // Searches timed one by one would be calls that nobody counts.
        options: {
          ...{base, queries: unseen, count: COUNTED.vectors, asked: calls, rounds: 1, width: 48},
          ...{rival, timed: 0},
        },
        subject,
        operation: `search of ${COUNTED.vectors} passages at width 48`,
        pattern,
        calls,
      });
  },
});
