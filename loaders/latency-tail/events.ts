// What happened in the process while requests ran: garbage collections and moments in which the driver's
// thread did not run though it was spinning. Read beside the requests, so that a slow one can be explained.
import {PerformanceObserver, performance} from "node:perf_hooks";

export interface Event {
  name: string;
  /** ns on the block's clock. */
  start_ns: number;
  length_ns: number;
}

/** Collects garbage collections of this process until `stop`. `origin`: the block's zero on
 *  process.hrtime's clock, ns. */
export function watchGarbageCollection(origin: bigint): {stop(): Promise<Event[]>} {
  const events: Event[] = [];
  // performance.now() counts from timeOrigin on the same monotonic clock: measure the offset once.
  const offset_ns = Number(process.hrtime.bigint() - origin) - performance.now() * 1e6;
  const take = (entries: {startTime: number; duration: number}[]) => {
    for (const entry of entries)
      events.push({
        name: "gc",
        start_ns: Math.round(entry.startTime * 1e6 + offset_ns),
        length_ns: Math.round(entry.duration * 1e6),
      });
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({entryTypes: ["gc"]});
  return {
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, 20)); // entries are delivered on a later turn
      take(observer.takeRecords());
      observer.disconnect();
      return events;
    },
  };
}
