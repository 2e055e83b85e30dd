// Qdrant: its own engine (the vendor's edge package), in a Python process beside this one.
import {installPython} from "../packages.ts";
import {pythonSearch, pythonWrites} from "../side/python.ts";
import type {System} from "../system.ts";
import {card} from "./card.ts";

/** hnsw_ef. */
const EFFORTS = [16, 24, 32, 48, 64, 96, 128, 192, 256];

export const system: System = {
  card,
  prepare: (cache, log) => installPython(cache, card, log),
  vectorSearch: (opening) => pythonSearch(card.name, opening, {efforts: EFFORTS, batches: true}),
  durableWrites: (opening) => pythonWrites(card.name, opening),
};
