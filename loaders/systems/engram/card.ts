import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "engram",
  title: "engram",
  version: "0.1.0",
  licence: "Apache-2.0",
  home: "",
  origin: "native/, built here",
  form: "embedded",
  scenarios: ["search", "walk"],
  tuned_by: "its authors, who also wrote this comparison",
  configuration: {durability: "async while loading", settings: "defaults"},
  caveats: [
    "We know our own engine better than the others.",
    "Each vector is also written to a log on disk, which the index-only rivals do not do; searches do not touch it.",
  ],
};
