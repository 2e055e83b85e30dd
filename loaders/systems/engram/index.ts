// engram in process, through its typed face, and served by its own server: vectors, the graph, both together, and
// durable writes.
import type {Opening, System} from "../system.ts";
import {card} from "./card.ts";
import {graphTraversal} from "./graph.ts";
import {hybridSearch} from "./hybrid.ts";
import {servedGraph, servedSearch, servedWrites} from "./served.ts";
import {vectorSearch} from "./vectors.ts";
import {durableWrites} from "./writes.ts";

const served = ({configuration}: Opening) => configuration.form === "served";

export const system: System = {
  card,
  async prepare() {
    return {ready: true, version: card.version, folder: null};
  },
  vectorSearch: (opening) => (served(opening) ? servedSearch(opening) : vectorSearch(opening)),
  graphTraversal: (opening) => (served(opening) ? servedGraph(opening) : graphTraversal(opening)),
  hybridSearch,
  durableWrites: (opening) => (served(opening) ? servedWrites(opening) : durableWrites(opening)),
};
