import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {test} from "node:test";
import {fileURLToPath} from "node:url";
import {encode, frameReader, type Value} from "./frame.ts";
import {type SideProcess, startSide} from "./process.ts";

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const HARNESS = [path("harness.py"), path("fixtures/echo.py")];
const GONE_MS_MAX = 10_000;

async function withSide(use: (side: SideProcess) => Promise<void>): Promise<void> {
  const side = startSide("python3", HARNESS);
  try {
    await use(side);
  } finally {
    await side.stop();
  }
}

/** Waits until the process table has it no more. */
async function gone(pid: number): Promise<void> {
  const until = Date.now() + GONE_MS_MAX;
  while (existsSync(`/proc/${pid}`)) {
    assert.ok(Date.now() < until, `process ${pid} is left`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const VALUES: Value[] = [
  "größer",
  -0.5,
  Float32Array.of(1.5, -2),
  Uint32Array.of(0, 0xffff_ffff),
  Float64Array.of(Math.PI),
  Uint8Array.of(0, 255),
  new Float32Array(0),
];

test("a frame comes out as it went in, however it is cut", () => {
  const bytes = Buffer.concat([...encode(VALUES), ...encode(["next"])]);
  for (const size of [1, 7, bytes.length]) {
    const frames: Value[][] = [];
    const read = frameReader((values) => frames.push(values));
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    assert.deepEqual(frames, [VALUES, ["next"]], `${size} bytes at a time`);
  }
});

test("values of every kind go to the other language and back", () =>
  withSide(async (side) => {
    assert.deepEqual(await side.ask("echo", ...VALUES), VALUES);
  }));

test("an array larger than a pipe goes and comes whole", () =>
  withSide(async (side) => {
    const large = Float32Array.from({length: 1_000_000}, (_, at) => at);
    assert.deepEqual(await side.ask("echo", large), [large]);
  }));

test("an error over there is told here by its words, and the process answers on", () =>
  withSide(async (side) => {
    await assert.rejects(side.ask("fail"), /ValueError: planted/);
    assert.deepEqual(await side.ask("echo", 1), [1]);
  }));

test("what a library prints does not come between the frames", () =>
  withSide(async (side) => {
    await side.ask("chatter");
    assert.deepEqual(await side.ask("echo", 1), [1]);
  }));

test("a process that dies in a call is an error that says so, and later calls are refused", () =>
  withSide(async (side) => {
    await assert.rejects(side.ask("die"), /ended with SIGKILL/);
    await assert.rejects(side.ask("echo", 1), /ended with SIGKILL/);
  }));

test("a program that is not there is an error that names it", async () => {
  const side = startSide("no-such-program", []);
  await assert.rejects(side.ask("echo"), /no-such-program cannot be started/);
  await side.stop();
});

test("what a side process started goes with it", async () => {
  const side = startSide("python3", HARNESS);
  const [child] = await side.ask("child");
  await side.stop();
  await gone(side.pid);
  await gone(child as number);
});

test("a side process in the middle of a call ends when the one that started it is killed", async () => {
  const parent = spawn(process.execPath, ["--import", "tsx", path("fixtures/parent.ts"), ...HARNESS], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await parent.stdout.setEncoding("utf8").take(1).toArray()) as string[];
  const pid = Number(line);
  assert.ok(existsSync(`/proc/${pid}`), "it runs");
  parent.kill("SIGKILL");
  await gone(pid);
});
