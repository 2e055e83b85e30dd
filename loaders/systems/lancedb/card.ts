import type {Configuration, SystemCard} from "../system.ts";

const COMMON = {
  form: "embedded",
  scenarios: ["search"],
  warm_up_rounds: 1,
} satisfies Partial<Configuration>;

export const card: SystemCard = {
  name: "lancedb",
  title: "LanceDB",
  version: "0.37.1",
  licence: "Apache-2.0",
  home: "https://lancedb.com",
  origin: "npm @lancedb/lancedb 0.37.1, its prebuilt binary",
  install_mb: 220,
  configurations: [
    {
      ...COMMON,
      name: "hnsw",
      says: "HNSW over int8 codes in one partition, twice as many candidates refined in full precision.",
      tuned_by: "us, after its documentation",
      settings: {index: "hnswSq", numPartitions: 1, m: 20, efConstruction: 300, refineFactor: 2},
    },
    {
      ...COMMON,
      name: "default",
      says: "The index it makes when nothing is said (inverted lists with product quantisation), ten times as many candidates refined, as its documentation advises.",
      tuned_by: "nobody: its defaults",
      settings: {index: "ivfPq", refineFactor: 10},
    },
  ],
  caveats: [
    {
      favours: "engram",
      says: "It is made for data larger than memory and for scans of columns: each query is planned and answers an Arrow table.",
    },
    {
      favours: "peer",
      says: "It takes no part in durable writes: an add() syncs nothing to the disk (no fsync seen by strace).",
    },
  ],
};
