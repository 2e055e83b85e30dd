// How a command ends: exit codes, and errors told in two lines — what was wrong, what mends it.
import {CommanderError} from "@commander-js/extra-typings";

/** tasks.md, "Three verdicts"; issue 3, point 2. */
export const EXIT_CODES = {met: 0, missed: 1, "not enough evidence": 2} as const;
export const COULD_NOT_RUN = 3;

/** An error a user can act on. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "CommandError";
  }
}

function remedyOf(error: Error): string | undefined {
  return "remedy" in error && typeof error.remedy === "string" ? error.remedy : undefined;
}

/** Writes the error for a person and returns the exit code it stands for. */
export function explain(error: unknown, output: {write(text: string): unknown}): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : COULD_NOT_RUN;
  if (!(error instanceof Error)) {
    output.write(`error: ${String(error)}\n`);
    return COULD_NOT_RUN;
  }
  const remedy = remedyOf(error);
  if (error.name === "AbortError") output.write("stopped; what was measured before is kept\n");
  else output.write(`error: ${error.message}\n`);
  if (remedy !== undefined) output.write(`mend:  ${remedy}\n`);
  else if (error.name !== "AbortError" && process.env.ENGRAM_TRACE === undefined)
    output.write("       (ENGRAM_TRACE=1 shows the stack)\n");
  if (process.env.ENGRAM_TRACE !== undefined) output.write(`${error.stack ?? ""}\n`);
  return COULD_NOT_RUN;
}
