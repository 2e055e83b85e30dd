// Entry point of a measuring process: loads one module, answers calls by IPC in order, leaves with its parent.
import type {Call, FromWorker} from "./worker.ts";

type Method = (input: unknown, report: (value: unknown) => void) => unknown;

const send = (message: FromWorker) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()));
const module = import(process.argv[2] ?? "") as Promise<Record<string, Method>>;
module.catch(() => {}); // told to the first call

async function answer({id, method, input}: Call): Promise<void> {
  try {
    const run = (await module)[method];
    if (typeof run !== "function") throw new TypeError(`the module exports no function "${method}"`);
    await send({
      kind: "result",
      id,
      value: await run(input, (value) => void send({kind: "report", id, value})),
    });
  } catch (error) {
    const {message, stack, remedy} = error as Error & {remedy?: string};
    await send({kind: "error", id, message: process.env.ENGRAM_TRACE ? (stack ?? message) : message, remedy});
  }
}

let last: Promise<void> = Promise.resolve();
process.on("disconnect", () => process.exit(1));
process.on("message", (call: Call) => {
  last = last.then(() => answer(call));
});
