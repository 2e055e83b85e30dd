// A restart behind one port. The supervisor holds the listening socket and starts servers; on SIGHUP it starts the
// next one, which listens at once and holds what it is asked; the present one takes snapshots meanwhile, so that there
// is little to replay, then it is told to drain and lets the engine go; then the next one opens it and answers. One
// process has the engine at any time: what waits is bounded (door.ts), and nobody is turned away.
import cluster, {type Worker} from "node:cluster";
import {once} from "node:events";
import {exit} from "node:process";
import {setTimeout as pause} from "node:timers/promises";
import type {Logger} from "pino";
import {PREPARE_TIMEOUT_MS} from "./limits.ts";

/** From the supervisor: the engine is free. */
const GO = "go";
/** From the supervisor: another takes over soon; and the answer, when there is little for it to replay. */
const PREPARE = "prepare";
const PREPARED = "prepared";
const RESPAWN_PAUSE_MS = 500;

/** In a server: resolves when the supervisor says that the engine is free. */
export function takeOver(): Promise<void> {
  return new Promise((resolve) => {
    process.on("message", (message) => {
      if (message === GO) resolve();
    });
  });
}

/** In a server: has `work` done when it is about to be replaced. */
export function whenReplaced(work: () => Promise<void>): void {
  process.on("message", (message) => {
    if (message === PREPARE) void work().then(() => process.send?.(PREPARED));
  });
}

/** In the supervisor: runs one server until SIGTERM, the next one on each SIGHUP, another where one dies. */
export function supervise(log: Logger): void {
  // The workers accept for themselves: no request passes through this process.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  let present = first();
  let restarting: Promise<void> | undefined;
  let stopping = false;

  async function restart(): Promise<void> {
    const before = present;
    const next = cluster.fork();
    const prepared = prepare(before);
    await Promise.race([once(next, "listening"), once(next, "exit")]);
    if (next.isDead()) {
      log.error({pid: next.process.pid}, "the next server did not start; the present one goes on");
      return;
    }
    present = next;
    await prepared;
    await stop(before);
    next.send(GO);
    log.info({before: before.process.pid, now: next.process.pid}, "restarted");
  }

  cluster.on("exit", (worker, code, signal) => {
    if (stopping || worker !== present || restarting !== undefined) return;
    log.error({pid: worker.process.pid, code, signal}, "the server died; another takes its place");
    setTimeout(() => {
      present = first();
    }, RESPAWN_PAUSE_MS);
  });
  process.on("SIGHUP", () => {
    restarting ??= restart().finally(() => {
      restarting = undefined;
    });
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, async () => {
      if (stopping) return;
      stopping = true;
      await restarting;
      await stop(present);
      exit(0);
    });
}

/** A server with nobody before it. What is sent before it listens it does not hear. */
function first(): Worker {
  const worker = cluster.fork();
  worker.once("listening", () => worker.send(GO));
  return worker;
}

/** Resolves when the worker has prepared, has ended, or takes too long. */
async function prepare(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const over = new AbortController();
  const {signal} = over;
  const prepared = new Promise<void>((resolve) => {
    const listen = (message: unknown) => message === PREPARED && resolve();
    worker.on("message", listen);
    signal.addEventListener("abort", () => worker.off("message", listen));
  });
  worker.send(PREPARE, () => {}); // where it dies meanwhile, its exit tells
  const late = pause(PREPARE_TIMEOUT_MS, undefined, {signal}).catch(() => {});
  await Promise.race([prepared, once(worker, "exit", {signal}).catch(() => {}), late]);
  over.abort();
}

async function stop(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const exited = once(worker, "exit");
  worker.process.kill("SIGTERM");
  await exited;
}
