// The disk's own flush: how long fdatasync takes on this folder without any engine, so that a durable
// store can be judged against what the machine can do.
import {closeSync, fdatasyncSync, openSync, rmSync, writeSync} from "node:fs";
import {join} from "node:path";

const RECORD_BYTES = 1_600;
const PREALLOCATED_BYTES = 4 * 2 ** 20;

/** `count` times pwrite + fdatasync of one record into a preallocated file in `directory`; ns each. */
export function probeFlush(directory: string, count: number, now: () => bigint): Float64Array {
  const path = join(directory, "flush.probe");
  const file = openSync(path, "w");
  const record = Buffer.alloc(RECORD_BYTES, 7);
  const times = new Float64Array(count);
  try {
    writeSync(file, Buffer.alloc(PREALLOCATED_BYTES), 0, PREALLOCATED_BYTES, 0);
    fdatasyncSync(file);
    for (let index = 0; index < count; index++) {
      const start = now();
      writeSync(file, record, 0, RECORD_BYTES, (index * RECORD_BYTES) % (PREALLOCATED_BYTES - RECORD_BYTES));
      fdatasyncSync(file);
      times[index] = Number(now() - start);
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return times;
}
