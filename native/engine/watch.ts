// The stream of changes as an async iterator: it pulls what is there, then waits to be told that there is more. A
// slow consumer holds back nobody: what it has not asked for stays in the log.
import {EngramError, now, settle} from "./errors.ts";
import type {NativeSpace} from "./native.ts";
import type {Change} from "./types.ts";

/** Yields every change from sequence `from` on, in order, without a gap or a duplicate, and goes on until the signal
 *  aborts, the consumer breaks off, or the space closes. */
export async function* changes(
  space: NativeSpace,
  from: number,
  signal?: AbortSignal,
): AsyncGenerator<Change> {
  let wake = () => {};
  const source = now(() => space.watch(from, () => wake()));
  const abort = () => wake();
  signal?.addEventListener("abort", abort);
  try {
    while (!signal?.aborted) {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const batch = await settle(() => source.next());
      for (const change of batch) {
        yield change;
        if (signal?.aborted) return;
      }
      if (batch.length === 0 && !signal?.aborted) await more;
    }
  } catch (error) {
    if (!(error instanceof EngramError && error.code === "closed")) throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    source.close();
  }
}
