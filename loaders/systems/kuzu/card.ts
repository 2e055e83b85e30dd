import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "kuzu",
  title: "Kuzu",
  version: "0.11.3",
  licence: "MIT",
  home: "https://github.com/kuzudb/kuzu",
  origin: "npm kuzu 0.11.3, its prebuilt binary",
  install_mb: 550,
  configurations: [
    {
      name: "tuned",
      says: "Prepared statements, one thread, and beside the plain question the fastest of four ways to write it.",
      form: "embedded",
      scenarios: ["walk"],
      tuned_by: "us",
      settings: {threads: 1, buffer_pool_mb: 1024},
      warm_up_rounds: 1,
    },
  ],
  caveats: [
    {favours: "engram", says: "Its project is archived upstream; this is its last release."},
    {
      favours: "engram",
      says: "It is a columnar engine for analytical questions over many nodes; a short walk from one node is not its best case.",
    },
    {
      favours: "engram",
      says: "It parses, plans and counts in a query language; engram is called through a function.",
    },
  ],
};
