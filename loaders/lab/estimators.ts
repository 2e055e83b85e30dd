// The statistics experiments may report, each with two faces: TypeScript for value and interval, SQL for the
// value that a reader's browser recomputes. SQL keeps to what DuckDB 1.1.1 (DuckDB-Wasm 1.29) runs.
export {ratioAtRecall} from "./estimators/at-recall.ts";
export {calibrationError} from "./estimators/calibration.ts";
export {exponent} from "./estimators/exponent.ts";
export {maximum} from "./estimators/maximum.ts";
export {minimum} from "./estimators/minimum.ts";
export {differenceOfMeans, ratioOfMeans, ratioOfMedians} from "./estimators/paired.ts";
export {mean, median, rate, rootMeanSquare} from "./estimators/pooled.ts";
export {proportion} from "./estimators/proportion.ts";
export {quantile} from "./estimators/quantile.ts";
export {ratioOfQuantiles} from "./estimators/quantile-ratio.ts";
