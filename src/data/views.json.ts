// The views that every claim's SQL runs against, for the reader's own DuckDB.
import {emitViews} from "../../loaders/lab/emit.ts";

emitViews();
