import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "usearch",
  title: "USearch",
  version: "2.25.3",
  licence: "Apache-2.0",
  home: "https://github.com/unum-cloud/usearch",
  origin: "npm usearch 2.25.3, its prebuilt binary",
  form: "embedded",
  scenarios: ["search"],
  tuned_by: "us: its documented defaults for connectivity and expansion_add",
  configuration: {connectivity: 16, expansion_add: 128, metric: "cos", precision: "f32"},
  caveats: [
    "Its JavaScript face fixes the search width when an index is made: each width is the same file, opened again.",
    "Half precision and int8 would make it smaller and faster at some cost in recall; not shown yet.",
    "It keeps nothing durable: its index is a file written on request.",
  ],
};
