import type {Configuration, SystemCard} from "../system.ts";

const COMMON = {
  form: "embedded",
  scenarios: ["search"],
  warm_up_rounds: 1,
} satisfies Partial<Configuration>;

export const card: SystemCard = {
  name: "faiss",
  title: "FAISS",
  version: "1.15.1",
  licence: "MIT",
  home: "https://github.com/facebookresearch/faiss",
  origin: "PyPI faiss-cpu 1.15.1, in a process of its own (Debian's build is SSE only, so not fair)",
  install_mb: 155,
  configurations: [
    {
      ...COMMON,
      name: "int8",
      says: "Its HNSW over int8 codes with a refining pass in full precision over four times as many candidates.",
      tuned_by: "us, after its wiki",
      settings: {factory: "HNSW16_SQ8,RFlat", efConstruction: 200, k_factor: 4},
    },
    {
      ...COMMON,
      name: "default",
      says: "Its HNSW in full precision, M and efConstruction as hnswlib's.",
      tuned_by: "us, after its authors' benchmarks",
      settings: {factory: "HNSW16,Flat", efConstruction: 200},
    },
  ],
  caveats: [
    {
      favours: "peer",
      says: "It is timed in its own process around the vendor's call; engram is called from JavaScript and pays its binding.",
    },
    {favours: "peer", says: "It keeps nothing durable: its index is a file written on request."},
    {
      favours: "engram",
      says: "It is at its best with many queries in one call; here each waits for the one before, except in the batch scenario.",
    },
  ],
};
