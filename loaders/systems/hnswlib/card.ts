import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "hnswlib",
  title: "hnswlib",
  version: "3.0.0",
  licence: "Apache-2.0",
  home: "https://github.com/nmslib/hnswlib",
  origin: "npm hnswlib-node 3.0.0, compiled at install",
  form: "embedded",
  scenarios: ["search"],
  tuned_by: "us: M and efConstruction as its authors' benchmarks use them",
  configuration: {M: 16, efConstruction: 200, space: "ip over unit vectors", precision: "f32"},
  caveats: [
    "The npm package is compiled by its own settings, which may leave out the widest SIMD its C++ headers support.",
    "A query goes in as an array of numbers, which it copies; the array is made outside of the clock.",
    "It keeps nothing durable: its index is a file written on request.",
  ],
};
