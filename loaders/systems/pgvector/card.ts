import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "pgvector",
  title: "PostgreSQL with pgvector",
  version: "0.6.2 on PostgreSQL 16.2",
  licence: "PostgreSQL",
  home: "https://github.com/pgvector/pgvector",
  origin: "PyPI pgserver 0.1.4, whose wheel holds the PostgreSQL server and the extension; npm pg 8.16.3",
  install_mb: 60,
  configurations: [
    {
      name: "default",
      says: "A real server over a Unix socket, HNSW at its default M and efConstruction, memory set for the data, prepared statements.",
      form: "served",
      scenarios: ["search", "walk", "spread", "hybrid", "write"],
      tuned_by: "us: memory, no parallel plans and no just-in-time compiler for short queries",
      settings: {
        shared_buffers_mb: 1_024,
        maintenance_work_mem_mb: 1_024,
        work_mem_mb: 64,
        m: 16,
        ef_construction: 64,
        jit: "off",
        max_parallel_workers_per_gather: 0,
        socket: "Unix",
      },
      warm_up_rounds: 2,
      durability:
        "A transaction per statement; it returns when the write-ahead log was synced (fsync=on, synchronous_commit=on, wal_sync_method=fdatasync, asked of the server at each start).",
    },
  ],
  caveats: [
    {
      favours: "engram",
      says: "pgvector 0.6.2 is of early 2024: later releases read half-precision vectors and quantise.",
    },
    {
      favours: "engram",
      says: "A vector goes to the server as text, which it parses: the road of the vendor's usual client.",
    },
    {
      favours: "engram",
      says: "A graph is a table of edges to it; it has no operator made for walking.",
    },
    {favours: "peer", says: "A Unix socket is a shorter road than the TCP that Bolt takes."},
  ],
};
