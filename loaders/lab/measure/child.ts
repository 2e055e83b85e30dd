// A block in a process of its own: the unit of inference is a process start. The module's exported function
// `main(input, report)` runs in a fresh child; typed arrays come back whole; the child dies with its parent.
import {fork} from "node:child_process";
import {existsSync} from "node:fs";
import {fileURLToPath} from "node:url";

const HOST = fileURLToPath(new URL("./child-host.ts", import.meta.url));
const TASKSET = "/usr/bin/taskset";

/** The child ended without a result, or its module threw. */
export class ChildError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "ChildError";
  }
}

export type FromChild =
  | {kind: "result"; value: unknown}
  | {kind: "error"; message: string; remedy: string | undefined}
  | {kind: "report"; value: unknown};

export interface ChildOptions {
  /** CPUs the child may run on, e.g. `0`; ignored where taskset is missing. */
  cpus?: string;
  signal?: AbortSignal;
  /** What the child passes to its `report` (progress). */
  report?: (value: unknown) => void;
  nodeArguments?: string[];
}

/** Runs `main(input, report)` of the module at `url` and resolves with what it returns. */
export function runInChild<Output>(url: string, input: unknown, options: ChildOptions = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const pinned = options.cpus !== undefined && existsSync(TASKSET);
    const nodeArguments = ["--import", "tsx", ...(options.nodeArguments ?? [])];
    const child = fork(HOST, [], {
      serialization: "advanced",
      stdio: ["ignore", 2, 2, "ipc"], // stdout of a loader is its file: everything a child prints goes to stderr
      ...(pinned
        ? {execPath: TASKSET, execArgv: ["-c", options.cpus ?? "", process.execPath, ...nodeArguments]}
        : {execArgv: nodeArguments}),
    });
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      options.signal?.removeEventListener("abort", abort);
      process.off("exit", kill);
      act();
      kill();
    };
    const kill = () => {
      if (child.exitCode === null) child.kill("SIGKILL");
    };
    const abort = () => settle(() => reject(options.signal?.reason ?? new Error("aborted")));
    options.signal?.addEventListener("abort", abort, {once: true});
    process.once("exit", kill);
    child.on("error", (error) => settle(() => reject(error)));
    child.on("exit", (code, signal) =>
      settle(() =>
        reject(
          new ChildError(
            `the measuring process ended with ${signal ?? `code ${code}`} before its result`,
            "its last words are above; run again",
          ),
        ),
      ),
    );
    child.on("message", (message: FromChild) => {
      if (message.kind === "report") options.report?.(message.value);
      else if (message.kind === "result") settle(() => resolve(message.value as Output));
      else settle(() => reject(new ChildError(message.message, message.remedy ?? "see the message")));
    });
    child.send({url, input});
  });
}
