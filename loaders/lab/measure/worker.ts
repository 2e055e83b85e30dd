// A process of its own that answers calls: the unit of inference is a process start. The module's exported
// functions run in the child, one call at a time; typed arrays come back whole; it dies with its parent.
import {fork} from "node:child_process";
import {existsSync} from "node:fs";
import {fileURLToPath} from "node:url";

const HOST = fileURLToPath(new URL("./worker-host.ts", import.meta.url));
const TASKSET = "/usr/bin/taskset";

/** The process ended before its answer, or the function it ran threw. */
export class WorkerError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    /** The process is gone: nothing more can be asked of it. */
    readonly ended: boolean,
  ) {
    super(message);
    this.name = "WorkerError";
  }
}

export interface Call {
  id: number;
  method: string;
  input: unknown;
}

export type FromWorker =
  | {kind: "result"; id: number; value: unknown}
  | {kind: "error"; id: number; message: string; remedy: string | undefined}
  | {kind: "report"; id: number; value: unknown};

export interface WorkerOptions {
  /** CPUs the process may run on, e.g. `0`; ignored where taskset is missing. */
  cpus?: string;
  signal?: AbortSignal;
  nodeArguments?: string[];
}

export interface Worker {
  readonly pid: number | undefined;
  /** Calls an exported function `method(input, report)` of the module. */
  call<Output>(method: string, input: unknown, report?: (value: unknown) => void): Promise<Output>;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  report: ((value: unknown) => void) | undefined;
}

/** Starts a process that has the module at `url` loaded. */
export function startWorker(url: string, options: WorkerOptions = {}): Worker {
  const pinned = options.cpus !== undefined && existsSync(TASKSET);
  const nodeArguments = ["--import", "tsx", ...(options.nodeArguments ?? [])];
  const child = fork(HOST, [url], {
    serialization: "advanced",
    stdio: ["ignore", 2, 2, "ipc"], // stdout of a loader is its file: everything a child prints goes to stderr
    ...(pinned
      ? {execPath: TASKSET, execArgv: ["-c", options.cpus ?? "", process.execPath, ...nodeArguments]}
      : {execArgv: nodeArguments}),
  });
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let over: unknown = null;

  const kill = () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  };
  const end = (error: unknown) => {
    if (over !== null) return;
    over = error;
    options.signal?.removeEventListener("abort", abort);
    process.off("exit", kill);
    kill();
    for (const {reject} of waiting.values()) reject(error);
    waiting.clear();
  };
  const abort = () => end(options.signal?.reason ?? new Error("aborted"));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));

  options.signal?.addEventListener("abort", abort, {once: true});
  process.once("exit", kill);
  child.on("error", end);
  child.on("exit", (code, signal) =>
    end(
      new WorkerError(
        `the measuring process ended with ${signal ?? `code ${code}`} before its answer`,
        "its last words are above; run again",
        true,
      ),
    ),
  );
  child.on("message", (message: FromWorker) => {
    const call = waiting.get(message.id);
    if (call === undefined) return;
    if (message.kind === "report") return call.report?.(message.value);
    waiting.delete(message.id);
    if (message.kind === "result") call.resolve(message.value as never);
    else call.reject(new WorkerError(message.message, message.remedy ?? "see the message", false));
  });
  if (options.signal?.aborted) abort();

  return {
    pid: child.pid,
    call: (method, input, report) =>
      new Promise((resolve, reject) => {
        if (over !== null) return reject(over);
        const id = calls++;
        waiting.set(id, {resolve, reject, report});
        child.send({id, method, input} satisfies Call);
      }),
    async stop() {
      end(new WorkerError("the measuring process was stopped", "start another", true));
      await gone;
    },
  };
}

/** Runs `main(input, report)` of the module in a fresh process and resolves with what it returns. */
export async function runInChild<Output>(
  url: string,
  input: unknown,
  {report, ...options}: WorkerOptions & {report?: (value: unknown) => void} = {},
): Promise<Output> {
  const worker = startWorker(url, options);
  try {
    return await worker.call<Output>("main", input, report);
  } finally {
    await worker.stop();
  }
}
