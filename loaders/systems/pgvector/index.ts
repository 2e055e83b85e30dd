// PostgreSQL with pgvector: a real server over a Unix socket, started from a Python wheel that holds its programs.
import type {System} from "../system.ts";
import {card} from "./card.ts";
import {durableWrites, graphTraversal, hybridSearch, vectorSearch} from "./faces.ts";
import {installPgvector} from "./install.ts";

export const system: System = {
  card,
  prepare: (cache, log) => installPgvector(cache, log),
  vectorSearch,
  graphTraversal,
  hybridSearch,
  durableWrites,
};
