// All that the start page draws first.
import {emitOverview} from "../../loaders/lab/emit.ts";

await emitOverview();
