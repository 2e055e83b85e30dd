import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "kuzu",
  title: "Kuzu",
  version: "0.11.3",
  licence: "MIT",
  home: "https://github.com/kuzudb/kuzu",
  origin: "npm kuzu 0.11.3, its prebuilt binary",
  form: "embedded",
  scenarios: ["walk"],
  tuned_by: "us: prepared statements, one thread, the fastest of four ways to write the question",
  configuration: {threads: 1, buffer_pool_mb: 1024, question: "E* SHORTEST 1..k"},
  caveats: [
    "Its project is archived upstream; this is its last release.",
    "It is a columnar engine for analytical questions over many nodes; a short walk from one node is not its best case.",
    "It parses, plans and counts in a query language; engram is called through a function.",
  ],
};
