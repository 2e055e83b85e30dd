// All that an experiment's page draws first.
import {emitSummary, parameter} from "../../loaders/lab/emit.ts";

await emitSummary(parameter("experiment"));
