// engram in process, through its typed face: vectors, the graph, both together, and durable writes.
import type {System} from "../system.ts";
import {card} from "./card.ts";
import {graphTraversal} from "./graph.ts";
import {hybridSearch} from "./hybrid.ts";
import {vectorSearch} from "./vectors.ts";
import {durableWrites} from "./writes.ts";

export const system: System = {
  card,
  async prepare() {
    return {ready: true, version: card.version, folder: null};
  },
  vectorSearch,
  graphTraversal,
  hybridSearch,
  durableWrites,
};
