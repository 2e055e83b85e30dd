// This version and the published ones before it.
import {emitVersions} from "../../loaders/lab/emit.ts";

await emitVersions();
