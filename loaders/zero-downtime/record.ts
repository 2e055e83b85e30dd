// What a migration left, as blocks and observations: a block per stage with its requests, and one for the ledger.
import type {Recorder} from "../lab/measure/recorder.ts";
import type {BlockOutput, StageOutput} from "./block.ts";

const TROUBLES_MAX = 50;
const KINDS = ["lost", "effect", "flip", "unread"] as const;
const COUNTS = ["beside", "writes", "repeated", "read_back", "concepts_formed", "episodes_held"] as const;

export function recordAll(output: BlockOutput, record: Recorder, rate_per_s: number): void {
  for (const [position, stage] of output.stages.entries())
    recordStage(stage, position, output, record, rate_per_s);
  const ledger = record.block({
    subject: "ledger",
    subject_version: "",
    configuration: {},
    position: output.stages.length,
    round: 0,
    temperature: "warm",
    schedule: "none",
  });
  for (const kind of KINDS)
    ledger.observe(`found_${kind}`, "count", output.findings.filter((one) => one.kind === kind).length);
  const troubles = [
    ...output.findings.slice(0, TROUBLES_MAX).map(({kind, about}) => `${kind}: ${about}`),
    ...[...new Set(output.beside_failed)].map((status) => `beside the schedule: ${status}`),
  ];
  for (const label of troubles) ledger.observe("trouble", "count", 1, {label});
  ledger.observe("beside_failed", "count", output.beside_failed.length);
  for (const name of COUNTS) ledger.observe(name, "count", output[name]);
  for (const {fault, found} of output.planted)
    ledger.observe("unfound", "count", found ? 0 : 1, {label: fault});
  ledger.end({cpu_seconds: output.cpu_seconds});
}

function recordStage(
  {stage, first, end, sessions_old, sessions_new, agreement, event_ms, release}: StageOutput,
  position: number,
  {columns, backlog_max}: BlockOutput,
  record: Recorder,
  offered_per_s: number,
): void {
  const {name, migration, share, shadow, event} = stage;
  const block = record.block({
    subject: "engram served",
    subject_version: release ?? "",
    configuration: {stage: name, migration, share, shadow, event: event ?? "none"},
    position,
    round: 0,
    temperature: "warm",
    schedule: "poisson",
    offered_per_s,
  });
  block.requests({
    operations: columns.operations,
    statuses: columns.statuses,
    operation: columns.operation.subarray(first, end),
    status: columns.status.subarray(first, end),
    intended_ns: columns.intended_ns.subarray(first, end),
    start_ns: columns.start_ns.subarray(first, end),
    end_ns: columns.end_ns.subarray(first, end),
  });
  block.observe("sessions_old", "count", sessions_old);
  block.observe("sessions_new", "count", sessions_new);
  for (const value of agreement) block.observe("agreement", "share", value);
  if (event !== null && event_ms !== null)
    block.observe(event, "s", event_ms / 1_000, {label: release ?? ""});
  block.end({backlog_max, cpu_seconds: 0});
}
