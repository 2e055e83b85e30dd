// One table of one experiment's current runs: what a reader's DuckDB loads.
import {emitTable, parameter} from "../../../loaders/lab/emit.ts";

await emitTable(parameter("experiment"), parameter("table") as Parameters<typeof emitTable>[1]);
