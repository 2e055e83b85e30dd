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
      scenarios: ["search", "walk", "spread", "hybrid", "write"],
      tuned_by: "its authors, who also wrote this comparison",
      settings: {durability: "async while loading, fsync where writes are measured"},
      warm_up_rounds: 1,
      durability:
        "The record is in the write-ahead log and fdatasync has returned; then it is searchable, then acknowledged.",
    },
    {
      name: "served",
      says: "Its own server in a process of its own, over HTTP on loopback, bodies of bytes for vectors and hits.",
      form: "served",
      scenarios: ["search", "walk", "write"],
      tuned_by: "its authors, who also wrote this comparison",
      settings: {connections: 1, durability: "fsync"},
      warm_up_rounds: 2,
      durability:
        "As in process: the record is in the write-ahead log and fdatasync has returned before the response is sent.",
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
