import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "engram",
  title: "engram",
  version: "0.1.0",
  licence: "Apache-2.0",
  home: "",
  origin: "native/, built here",
  install_mb: 0,
  configurations: [
    {
      name: "embedded",
      says: "In the caller's process, through its typed face; every setting at its default.",
      form: "embedded",
      scenarios: ["search", "walk", "hybrid", "write"],
      tuned_by: "its authors, who also wrote this comparison",
      settings: {durability: "async while loading, fsync where writes are measured"},
      warm_up_rounds: 1,
      durability:
        "The record is in the write-ahead log and fdatasync has returned; then it is searchable, then acknowledged.",
    },
  ],
  caveats: [
    {favours: "engram", says: "We know our own engine better than the others."},
    {
      favours: "peer",
      says: "Each vector is also written to a log on disk, which the index-only rivals do not do; searches do not touch it.",
    },
  ],
};
