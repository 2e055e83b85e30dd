// FAISS through its Python package, in a process beside this one.
import {installPython} from "../packages.ts";
import {pythonSearch} from "../side/python.ts";
import type {System} from "../system.ts";
import {card} from "./card.ts";

/** efSearch. */
const EFFORTS = [16, 24, 32, 48, 64, 96, 128, 192, 256];

export const system: System = {
  card,
  prepare: (cache, log) => installPython(cache, card, log),
  vectorSearch: (opening) => pythonSearch(card.name, opening, {efforts: EFFORTS, batches: true}),
};
