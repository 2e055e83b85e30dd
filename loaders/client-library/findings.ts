// A program of the project that prints what it found, a line of JSON each; it ends with 0, or 1 where it found fault.
// Anything else is an error whose last lines say what and what mends it.
import {spawn} from "node:child_process";
import {createInterface} from "node:readline";
import type {z} from "zod";

/** The program could not do its work. */
export class ProgramError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "ProgramError";
  }
}

/** Values of the lines, in order. `module`: a TypeScript file. Errors: ProgramError; zod's, for a line of another
 *  shape. */
export async function* findings<T>(
  module: string,
  shape: z.ZodType<T>,
  {signal, arguments: given = []}: {signal: AbortSignal; arguments?: readonly string[]},
): AsyncGenerator<T> {
  const child = spawn(process.execPath, ["--import", "tsx", module, ...given], {
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  ended.catch(() => undefined);
  for await (const line of createInterface({input: child.stdout})) yield shape.parse(JSON.parse(line));
  const code = await ended;
  if (code === 0 || code === 1) return;
  const [message = `${module} ended with ${code}`, remedy = "run it by itself"] = complaint
    .trim()
    .split("\n")
    .slice(-2);
  throw new ProgramError(message, remedy);
}
