// The recorder's implementation: keeps rows in memory while a run measures, and reads what the machine did
// to each block (load, steal, CPU time) at its start and end.
import {readFileSync} from "node:fs";
import {loadavg} from "node:os";
import type {Block, Observation, Request} from "../record.ts";
import type {BlockRecorder, BlockStart, Recorder, RequestColumns} from "./recorder.ts";

/** tasks.md, common rules: later than 1 ms behind schedule is late. */
const LATE_NS = 1_000_000;

export interface Machine {
  /** One-minute load average. */
  load(): number;
  /** Ticks of all CPUs so far: all, and those the hypervisor took. */
  ticks(): {total: number; stolen: number};
  cpuSeconds(): number;
}

export const thisMachine: Machine = {
  load: () => loadavg()[0] ?? 0,
  ticks() {
    const cpu = /^cpu +(.*)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]?.split(/ +/).map(Number) ?? [];
    return {total: cpu.slice(0, 8).reduce((sum, value) => sum + value, 0), stolen: cpu[7] ?? 0};
  },
  cpuSeconds() {
    const {user, system} = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

export interface Recording extends Recorder {
  rows(): {blocks: Block[]; requests: Request[]; observations: Observation[]};
}

function canonicalObject(value: Record<string, unknown>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function unpack(block: number, columns: RequestColumns, first: number): Request[] {
  return Array.from(columns.intended_ns, (intended_ns, index) => ({
    block,
    sequence: first + index,
    operation: columns.operations[columns.operation[index] ?? 0] ?? "",
    intended_ns,
    start_ns: columns.start_ns[index] ?? 0,
    end_ns: columns.end_ns[index] ?? 0,
    status: columns.statuses[columns.status[index] ?? 0] ?? "",
  }));
}

/** Requests done per second, from the first intended start to the last end. */
function achieved(requests: readonly Request[]): number | null {
  if (requests.length < 2) return null;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const {intended_ns, end_ns} of requests) {
    first = Math.min(first, intended_ns);
    last = Math.max(last, end_ns);
  }
  return last > first ? (requests.length / (last - first)) * 1e9 : null;
}

export function recording(run: string, machine: Machine = thisMachine): Recording {
  const blocks: Block[] = [];
  const requests: Request[][] = [];
  const observations: Observation[] = [];
  let started = 0;

  function block(start: BlockStart): BlockRecorder {
    const number = started++;
    const own: Request[] = [];
    requests.push(own);
    const before = {load: machine.load(), ticks: machine.ticks(), cpu: machine.cpuSeconds()};
    let answers: {sha256: string; n: number} | null = null;
    let excluded: string | null = null;
    let ended = false;
    return {
      block: number,
      requests(columns) {
        for (const request of unpack(number, columns, own.length)) own.push(request);
      },
      observe(metric, unit, value, {label = "", n = 1} = {}) {
        if (!Number.isFinite(value))
          throw new RangeError(`observation ${metric} (${label}) is ${value}; leave out what has no value`);
        observations.push({block: number, metric, label, unit, value, n});
      },
      answers(sha256, n) {
        answers = {sha256, n};
      },
      exclude(reason) {
        excluded = reason;
      },
      end(figures = {}) {
        if (ended) throw new Error(`block ${number} has ended already`);
        ended = true;
        const ticks = machine.ticks();
        const spent = ticks.total - before.ticks.total;
        blocks.push({
          run,
          block: number,
          position: start.position,
          round: start.round,
          subject: start.subject,
          subject_version: start.subject_version,
          configuration: canonicalObject(start.configuration),
          temperature: start.temperature,
          schedule: start.schedule,
          offered_per_s: start.offered_per_s ?? null,
          achieved_per_s: figures.achieved_per_s ?? achieved(own),
          requests: own.length,
          late_starts:
            figures.late_starts ?? own.filter((row) => row.start_ns - row.intended_ns > LATE_NS).length,
          backlog_max: figures.backlog_max ?? null,
          load_before: before.load,
          load_after: machine.load(),
          steal: spent > 0 ? (ticks.stolen - before.ticks.stolen) / spent : 0,
          cpu_seconds: figures.cpu_seconds ?? machine.cpuSeconds() - before.cpu,
          answer_sha256: answers?.sha256 ?? null,
          answer_n: answers?.n ?? null,
          kind: start.kind ?? "measured",
          excluded,
        });
      },
    };
  }

  return {
    block,
    rows() {
      if (blocks.length !== started)
        throw new Error(`${started - blocks.length} of ${started} blocks were not ended; call end() on each`);
      return {blocks: [...blocks].sort((a, b) => a.block - b.block), requests: requests.flat(), observations};
    },
  };
}
