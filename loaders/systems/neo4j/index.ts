// Neo4j Community: a process of its own, started from its Maven Central artifacts; asked over Bolt by the official
// driver, or measured inside of its process, since comparing an embedded engine with a served one says nothing.
import type {System} from "../system.ts";
import {card} from "./card.ts";
import {graphTraversal} from "./graph.ts";
import {installNeo4j} from "./install.ts";
import {hybridSearch, vectorSearch} from "./vectors.ts";
import {durableWrites} from "./writes.ts";

export const system: System = {
  card,
  prepare: (cache, log) => installNeo4j(cache, log),
  vectorSearch,
  graphTraversal,
  hybridSearch,
  durableWrites,
};
