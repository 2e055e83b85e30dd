// Figures that others published, with address, date and version. They are shown, and never enter arithmetic: not
// with ours, not with each other.
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import type {Dataset} from "../datasets/dataset.ts";

export interface Cited {
  system: string;
  version: string;
  /** What was measured, in the words of its source. */
  says: string;
  metric: string;
  unit: string;
  value: number;
  /** recall@k where the source gives one. */
  recall: number | null;
  url: string;
  /** Of the measurement where the source tells it, else of our reading. */
  date: string;
}

const TCPDBENCH =
  "https://github.com/alan-turing-institute/TCPDBench/blob/1709f406eddda318f39275a4d9f3838bdaa83496/analysis/output/tables/aggregate_table_wide.tex";
const READ = "read 2026-11-25";

/** Means over the univariate series of the whole benchmark, default settings (van den Burg & Williams 2020). */
const DETECTORS: readonly [name: string, f1: number, covering: number][] = [
  ["ecp (E-divisive in R)", 0.598, 0.523],
  ["binary segmentation", 0.744, 0.706],
  ["zero (never a change)", 0.669, 0.583],
];

const detectors = (): Cited[] =>
  DETECTORS.flatMap(([system, f1, covering]) =>
    Object.entries({f1, covering}).map(([metric, value]) => ({
      system,
      version: "TCPDBench 1709f40",
      says: "mean over its univariate series, default settings",
      metric,
      unit: "score",
      value,
      recall: null,
      url: TCPDBENCH,
      date: READ,
    })),
  );

interface VectorDbBench {
  timestamp: number;
  results: {
    metrics: {qps: number; recall: number};
    task_config: {
      db: string;
      db_config: {version: string; db_label: string};
      case_config: {
        k: number;
        custom_case?: {dataset_with_size_type?: string; label_percentage?: number; filter_rate?: number};
      };
    };
  }[];
}

const VECTORDBBENCH = "vectordbbench/QdrantCloud/result_20250602_standard_qdrantcloud.json.gz";

function qdrantCloud(dataset: Dataset): Cited[] {
  const file = JSON.parse(
    gunzipSync(readFileSync(dataset.file(VECTORDBBENCH))).toString("utf8"),
  ) as VectorDbBench;
  return file.results
    .filter(({metrics}) => metrics.qps > 0 && metrics.recall > 0)
    .map(({metrics, task_config: {db_config, case_config}}) => ({
      system: "Qdrant Cloud",
      version: db_config.version,
      says: `${case_config.custom_case?.dataset_with_size_type ?? "standard case"}, k = ${case_config.k}, most queries a second of all client counts tried, ${db_config.db_label}`,
      metric: "qps",
      unit: "1/s",
      value: metrics.qps,
      recall: metrics.recall,
      url: "https://github.com/zilliztech/VectorDBBench/blob/4ea181055b11af7d75161179ef2feff9539c3b33/vectordb_bench/results/QdrantCloud/result_20250602_standard_qdrantcloud.json",
      date: new Date(file.timestamp * 1_000).toISOString().slice(0, 10),
    }));
}

interface Benchgraph {
  benchmarks: {
    runConfig: {vendor: string; condition: string; platform: string; numberWorkers: number};
    datasets: {
      name: string;
      size: string;
      workloads: {workloadType: string; queries: {name: string; stats: {throughput: number}}[]}[];
    }[];
  }[];
}

const BENCHGRAPH = "memgraph-benchgraph/benchmarks.json.gz";

function neo4j(dataset: Dataset): Cited[] {
  const {benchmarks} = JSON.parse(
    gunzipSync(readFileSync(dataset.file(BENCHGRAPH))).toString("utf8"),
  ) as Benchgraph;
  return benchmarks
    .filter(({runConfig}) => runConfig.vendor === "Neo4j" && runConfig.condition === "hot")
    .flatMap(({runConfig, datasets}) =>
      datasets.flatMap(({name, size, workloads}) =>
        workloads
          .filter(({workloadType}) => workloadType === "isolated")
          .flatMap(({queries}) =>
            queries
              .filter((query) => /^expansion_[123]$/.test(query.name))
              .map((query) => ({
                system: "Neo4j",
                version: "as Memgraph ran it",
                says: `${name} ${size}, ${query.name.replace("_", " ")}, ${runConfig.condition}, ${runConfig.numberWorkers} clients, ${runConfig.platform}`,
                metric: "qps",
                unit: "1/s",
                value: query.stats.throughput,
                recall: null,
                url: "https://github.com/memgraph/benchgraph/blob/009bdefaf1aba934a4e90bf31e559e3d894fed33/results/benchmarks.json",
                date: READ,
              })),
          ),
      ),
    );
}

/** All of them. */
export const citedFigures = (dataset: Dataset): Cited[] => [
  ...detectors(),
  ...qdrantCloud(dataset),
  ...neo4j(dataset),
];
