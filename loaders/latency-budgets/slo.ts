// The promises, read from slo.yaml (OpenSLO v1): which requests each is about, and which of them are good.
import {readFileSync} from "node:fs";
import {parseAllDocuments} from "yaml";
import {z} from "zod";

export const SLO_FILE = new URL("./slo.yaml", import.meta.url);

const Source = z.object({
  metricSource: z.object({
    type: z.literal("engram-workbench"),
    spec: z.strictObject({
      subject: z.enum(["async", "durable", "dual"]).optional(),
      operation: z.enum(["store", "recall", "search", "complete", "consolidate"]).optional(),
      status: z.literal("ok").optional(),
    }),
  }),
});
const Objective = z.strictObject({
  displayName: z.string(),
  op: z.enum(["lt", "lte"]).optional(),
  value: z.number().positive().optional(),
  target: z.number().gt(0).lt(1),
});
const Document = z.object({
  apiVersion: z.literal("openslo/v1"),
  kind: z.literal("SLO"),
  metadata: z.object({name: z.string(), displayName: z.string()}),
  spec: z.object({
    indicator: z.object({
      spec: z.union([
        z.strictObject({ratioMetric: z.object({good: Source, total: Source})}),
        z.strictObject({thresholdMetric: Source}),
      ]),
    }),
    budgetingMethod: z.literal("Occurrences"),
    objectives: z.array(Objective).min(1),
  }),
});

/** One objective of one promise. */
export interface Promised {
  slo: string;
  says: string;
  objective: string;
  /** SQL over the view requests: which it is about. */
  about: string;
  /** SQL: a request is good. */
  good: string;
  /** Share of them that must be good, 0…1. */
  target: number;
}

export class SloError extends Error {
  readonly remedy = "see https://github.com/OpenSLO/OpenSLO for the form of a document";
  constructor(message: string) {
    super(message);
    this.name = "SloError";
  }
}

const NS_PER_MS = 1e6;
const OPERATORS = {lt: "<", lte: "<="};
/** Without `operation` a promise is about the mix; consolidations and completions have their own. */
const MIX = "operation IN ('store', 'recall', 'search')";

/** Errors: SloError that names the document and what is wrong with it. */
export function promisesOf(yaml: string): Promised[] {
  return parseAllDocuments(yaml).flatMap((document, at) => {
    if (document.errors.length > 0)
      throw new SloError(`document ${at + 1}: ${document.errors[0]?.message ?? "unreadable"}`);
    const read = Document.safeParse(document.toJS());
    if (!read.success) throw new SloError(`document ${at + 1}: ${z.prettifyError(read.error)}`);
    const {metadata, spec} = read.data;
    const indicator = spec.indicator.spec;
    const ratio = "ratioMetric" in indicator;
    const {subject, operation} = (ratio ? indicator.ratioMetric.total : indicator.thresholdMetric)
      .metricSource.spec;
    return spec.objectives.map(({displayName, op, value, target}) => {
      if (ratio !== (op === undefined && value === undefined))
        throw new SloError(
          `${metadata.name}, ${displayName}: op and value belong to a thresholdMetric, and there to each objective`,
        );
      const about = [
        operation === undefined ? MIX : `operation = '${operation}'`,
        ...(subject === undefined ? [] : [`subject = '${subject}'`]),
      ].join(" AND ");
      const quick = ratio ? "" : ` AND latency_ns ${OPERATORS[op ?? "lte"]} ${(value ?? 0) * NS_PER_MS}`;
      return {
        slo: metadata.name,
        says: metadata.displayName,
        objective: displayName,
        about,
        good: `status = 'ok'${quick}`,
        target,
      };
    });
  });
}

export const PROMISES = promisesOf(readFileSync(SLO_FILE, "utf8"));
