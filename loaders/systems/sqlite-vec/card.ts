import type {Configuration, SystemCard} from "../system.ts";

const COMMON = {form: "embedded", warm_up_rounds: 1} satisfies Partial<Configuration>;
const SETTINGS = {cache_kb: 512_000, journal_mode: "WAL", synchronous: "FULL"};

export const card: SystemCard = {
  name: "sqlite-vec",
  title: "sqlite-vec",
  version: "0.1.9",
  licence: "Apache-2.0 or MIT; SQLite is in the public domain",
  home: "https://github.com/asg017/sqlite-vec",
  origin: "PyPI sqlite-vec 0.1.9 with apsw 3.54.1.0 (SQLite 3.54.1), in a process of its own",
  install_mb: 36,
  configurations: [
    {
      ...COMMON,
      name: "binary",
      says: "One bit a dimension beside the vectors: candidates by Hamming distance, ordered by the true distance, as its guide shows.",
      scenarios: ["search"],
      tuned_by: "us, after its guide",
      settings: {...SETTINGS, rescored: true},
    },
    {
      ...COMMON,
      name: "default",
      says: "It compares with every vector: exact, and no index to be built.",
      scenarios: ["search", "write"],
      tuned_by: "nobody: its defaults, a cache that holds everything",
      settings: {...SETTINGS, rescored: false},
      durability:
        "A transaction per batch; its commit returns when the write-ahead log was synced (synchronous=FULL, by its documentation; not traced here).",
    },
  ],
  caveats: [
    {
      favours: "engram",
      says: "It is made for small collections and for fitting everywhere, not for 100,000 vectors.",
    },
    {
      favours: "peer",
      says: "It is timed in its own process around the vendor's call; engram is called from JavaScript and pays its binding.",
    },
  ],
};
