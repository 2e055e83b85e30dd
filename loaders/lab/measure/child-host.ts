// Entry point of a measuring child: takes one job by IPC, runs it, answers, and leaves with its parent.
import type {FromChild} from "./child.ts";

interface Job {
  url: string;
  input: unknown;
}

interface Module {
  main(input: unknown, report: (value: unknown) => void): Promise<unknown>;
}

const send = (message: FromChild) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));

process.on("disconnect", () => process.exit(1));
process.once("message", async ({url, input}: Job) => {
  try {
    const module = (await import(url)) as Module;
    const value = await module.main(input, (report) => void send({kind: "report", value: report}));
    await send({kind: "result", value});
  } catch (error) {
    const {message, stack, remedy} = error as Error & {remedy?: string};
    await send({kind: "error", message: process.env.ENGRAM_TRACE ? (stack ?? message) : message, remedy});
  }
});
