// sqlite-vec: SQLite with vectors, through Python packages that hold both, in a process beside this one.
import {installPython} from "../packages.ts";
import {pythonSearch, pythonWrites} from "../side/python.ts";
import type {Opening, System} from "../system.ts";
import {card} from "./card.ts";

/** Candidates that are rescored; the exact scan has no knob. */
const EFFORTS = [20, 50, 100, 200, 500];
const EXACT = [1];

const efforts = ({configuration}: Opening) => (configuration.settings.rescored === true ? EFFORTS : EXACT);

export const system: System = {
  card,
  prepare: (cache, log) => installPython(cache, card, log),
  vectorSearch: (opening) => pythonSearch(card.name, opening, {efforts: efforts(opening), batches: false}),
  durableWrites: (opening) => pythonWrites(card.name, opening),
};
