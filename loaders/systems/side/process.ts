// A process beside this one that holds a system which has no Node package: asked by frames over its standard
// input and output, one question at a time. It ends when its input closes, when this process ends, or by stop().
import {type ChildProcess, spawn} from "node:child_process";
import {encode, frameReader, type Value} from "./frame.ts";

const STOP_MS = 10_000;
const LAST_WORDS = 3;

/** The process ended or refused a question; `remedy` has its last words. */
export class SideProcessError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "SideProcessError";
  }
}

export interface SideProcess {
  readonly pid: number;
  ask(method: string, ...values: Value[]): Promise<Value[]>;
  /** Closes its input, waits until it is gone, and ends its whole group where it does not go. */
  stop(): Promise<void>;
}

export interface SideOptions {
  environment?: Record<string, string>;
  folder?: string;
}

/** Ends the process and all that it started; nothing where all are gone. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export function startSide(
  command: string,
  commandArguments: readonly string[],
  {environment = {}, folder}: SideOptions = {},
): SideProcess {
  const child: ChildProcess = spawn(command, commandArguments, {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // a group of its own, so that nothing it starts outlives it
    env: {...process.env, ...environment},
    ...(folder === undefined ? {} : {cwd: folder}),
  });
  const pid = child.pid ?? 0;
  const waiting: {resolve: (values: Value[]) => void; reject: (error: Error) => void}[] = [];
  let over: Error | null = null;
  let said = "";

  const kill = () => killGroup(pid);
  const end = (message: string) => {
    if (over !== null) return;
    const words = said.trim().split("\n").slice(-LAST_WORDS).join(" · ");
    over = new SideProcessError(message, words === "" ? "run again" : `its last words: ${words}`);
    process.off("exit", kill);
    if (pid > 0) kill();
    for (const {reject} of waiting.splice(0)) reject(over);
  };
  const gone = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      end(`${command} ended with ${signal ?? `code ${code}`}`);
      resolve();
    });
    child.once("error", (error) => {
      end(`${command} cannot be started: ${error.message}`);
      resolve();
    });
  });
  process.once("exit", kill);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_096);
    if (process.env.ENGRAM_TRACE !== undefined) process.stderr.write(text);
  });
  child.stdin?.on("error", () => {}); // told by its exit
  child.stdout?.on(
    "data",
    frameReader(([status, ...values]) => {
      const asked = waiting.shift();
      if (status === "ok") asked?.resolve(values);
      else asked?.reject(new SideProcessError(String(values[0]), "see the message"));
    }),
  );

  return {
    pid,
    ask: (method, ...values) =>
      new Promise((resolve, reject) => {
        if (over !== null) return reject(over);
        waiting.push({resolve, reject});
        for (const part of encode([method, ...values])) child.stdin?.write(part);
      }),
    async stop() {
      child.stdin?.end();
      const timer = setTimeout(() => end(`${command} was stopped`), STOP_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}
