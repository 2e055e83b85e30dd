import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "usearch",
  title: "USearch",
  version: "2.25.3",
  licence: "Apache-2.0",
  home: "https://github.com/unum-cloud/usearch",
  origin: "npm usearch 2.25.3, its prebuilt binary",
  install_mb: 23,
  configurations: [
    {
      name: "default",
      says: "Its documented defaults for connectivity and expansion_add, full precision.",
      form: "embedded",
      scenarios: ["search"],
      tuned_by: "nobody: its defaults",
      settings: {connectivity: 16, expansion_add: 128, metric: "cos", quantization: "f32"},
      warm_up_rounds: 1,
    },
    {
      name: "half",
      says: "The same with vectors in half precision, which halves what a search reads.",
      form: "embedded",
      scenarios: ["search"],
      tuned_by: "us",
      settings: {connectivity: 16, expansion_add: 128, metric: "cos", quantization: "f16"},
      warm_up_rounds: 1,
    },
    {
      name: "int8",
      says: "The same with vectors in int8: smallest and fastest, and no rescoring, so recall has a ceiling.",
      form: "embedded",
      scenarios: ["search"],
      tuned_by: "us",
      settings: {connectivity: 16, expansion_add: 128, metric: "cos", quantization: "i8"},
      warm_up_rounds: 1,
    },
  ],
  caveats: [
    {
      favours: "neither",
      says: "Its JavaScript face fixes the search width when an index is made: each width is the same file, opened again.",
    },
    {favours: "peer", says: "It keeps nothing durable: its index is a file written on request."},
  ],
};
