import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "hnswlib",
  title: "hnswlib",
  version: "3.0.0",
  licence: "Apache-2.0",
  home: "https://github.com/nmslib/hnswlib",
  origin: "npm hnswlib-node 3.0.0, compiled at install",
  install_mb: 2,
  configurations: [
    {
      name: "default",
      says: "M and efConstruction as its authors' benchmarks use them.",
      form: "embedded",
      scenarios: ["search"],
      tuned_by: "us, after its authors' benchmarks",
      settings: {M: 16, efConstruction: 200, space: "ip over unit vectors", precision: "f32"},
      warm_up_rounds: 1,
    },
  ],
  caveats: [
    {
      favours: "engram",
      says: "The npm package is compiled by its own settings, which may leave out the widest SIMD its C++ headers support.",
    },
    {
      favours: "engram",
      says: "A query goes in as an array of numbers, which it copies; the array is made outside of the clock.",
    },
    {favours: "peer", says: "It keeps nothing durable: its index is a file written on request."},
  ],
};
