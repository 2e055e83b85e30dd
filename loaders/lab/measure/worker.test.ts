import assert from "node:assert/strict";
import {test} from "node:test";
import {runInChild, startWorker, WorkerError} from "./worker.ts";

const ECHO = new URL("./fixtures/echo.ts", import.meta.url).href;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a function runs in another process, reports, and its typed arrays come back whole", async () => {
  const reports: unknown[] = [];
  const {doubled, pid} = await runInChild<{doubled: Float64Array; pid: number}>(
    ECHO,
    {value: 21},
    {report: (value) => reports.push(value)},
  );
  assert.deepEqual(doubled, Float64Array.of(42));
  assert.notEqual(pid, process.pid);
  assert.deepEqual(reports, ["began"]);
});

test("an error of the function comes back with its remedy, and the process answers on", async () => {
  const worker = startWorker(ECHO);
  try {
    await assert.rejects(worker.call("fail", null), (error: WorkerError) => {
      assert.equal(error.message, "planted");
      assert.equal(error.remedy, "unplant it");
      return !error.ended;
    });
    const {doubled} = await worker.call<{doubled: Float64Array}>("main", {value: 1});
    assert.equal(doubled[0], 2);
  } finally {
    await worker.stop();
  }
});

test("a process that dies in a call is an error that says so, and later calls are refused", async () => {
  const worker = startWorker(ECHO);
  await assert.rejects(worker.call("die", null), /ended with SIGKILL/);
  await assert.rejects(worker.call("main", {value: 1}), WorkerError);
  await worker.stop();
});

test("an abort kills the process and leaves no orphan", async () => {
  const abort = new AbortController();
  const worker = startWorker(ECHO, {signal: abort.signal});
  const {pid} = await worker.call<{pid: number}>("main", {value: 1});
  const hanging = worker.call("hang", null);
  abort.abort(new Error("Ctrl-C"));
  await assert.rejects(hanging, /Ctrl-C/);
  await worker.stop();
  assert.equal(alive(pid), false);
});

test("a function that the module lacks is an error that names it", async () => {
  const worker = startWorker(ECHO);
  await assert.rejects(worker.call("missing", null), /no function "missing"/);
  await worker.stop();
});
