// Runs a child process to its end and hands back all it said: its streams, and what it told on descriptor 3,
// which stays readable however the child died.
import {spawn} from "node:child_process";
import type {Readable} from "node:stream";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
  /** Descriptor 3, whole lines only: a line cut by the death of its writer was never told. */
  ledger: string;
}

const DEADLINE_MS = 20_000;

async function text(stream: Readable | null): Promise<string> {
  const chunks: Buffer[] = [];
  if (stream !== null) for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export async function runChild(
  command: readonly string[],
  {input, deadlineMs = DEADLINE_MS}: {input?: string; deadlineMs?: number} = {},
): Promise<Ended> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    timeout: deadlineMs, // then it is killed, and `signal` says so
    killSignal: "SIGKILL",
  });
  const ended = new Promise<{code: number | null; signal: NodeJS.Signals | null}>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, by) => resolve({code, signal: by}));
  });
  child.stdin?.on("error", () => {}); // it may die before it has read
  child.stdin?.end(input ?? "");
  const streams = [child.stdout, child.stderr, child.stdio[3] as Readable].map(text);
  const [end, out = "", err = "", told = ""] = await Promise.all([ended, ...streams]);
  return {...end, out, err, ledger: told.slice(0, told.lastIndexOf("\n") + 1)};
}

/** Runs `work` on every item, `width` at a time; results in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({length: Math.min(width, items.length)}, lane));
  return results;
}
