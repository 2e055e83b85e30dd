// How each client's program is made and started. A tool that is missing is named; nothing is skipped.
import {execFile} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {homedir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {Program} from "./program.ts";

const CACHE = join(homedir(), ".cache/engram-workbench/clients");
const BUILD_TIMEOUT_MS = 600_000;
const OUTPUT_MAX_BYTES = 64 << 20;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export interface Command {
  words: string[];
  environment?: Record<string, string>;
}

/** A tool without which a client cannot be made. */
export class ToolMissingError extends Error {
  constructor(
    readonly tool: string,
    readonly remedy: string,
  ) {
    super(`${tool} is missing`);
    this.name = "ToolMissingError";
  }
}

/** Errors: ToolMissingError with what mends it, else what the tool printed. */
export async function run(
  words: string[],
  mends: string,
  environment: Record<string, string> = {},
): Promise<void> {
  const [tool = "", ...rest] = words;
  try {
    await promisify(execFile)(tool, rest, {
      timeout: BUILD_TIMEOUT_MS,
      maxBuffer: OUTPUT_MAX_BYTES,
      env: {...process.env, ...environment},
    });
  } catch (error) {
    const {code, stderr, message} = error as Error & {code?: unknown; stderr?: string};
    if (code === "ENOENT") throw new ToolMissingError(tool, mends);
    throw new Error(`${tool} failed: ${stderr || message}`, {cause: error});
  }
}

async function typescript(): Promise<Command> {
  return {words: [process.execPath, "--import", "tsx", path("../typescript/conformance/main.ts")]};
}

/** A virtual environment of the packages that `lock` pins, named after it: its folder. */
export async function virtualEnvironment(name: string, lock: string, mends: string): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 12);
  const folder = join(CACHE, `${name}-${hash}`);
  const whole = join(folder, "whole");
  if (existsSync(whole)) return folder;
  // It knows its own path, so it is made in place; the last file says that it is whole.
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(CACHE, {recursive: true});
  await run(["python3", "-m", "venv", folder], mends);
  await run([join(folder, "bin/pip"), "install", "--quiet", "--no-deps", "--requirement", lock], mends);
  writeFileSync(whole, "");
  return folder;
}

const environment = () =>
  virtualEnvironment(
    "python",
    path("../python/requirements.txt"),
    "the Python client's conformance needs Python 3.10 or newer (Debian: python3 and python3-venv)",
  );

async function python(...flags: string[]): Promise<Command> {
  return {
    words: [join(await environment(), "bin/python"), path("../python/conformance/main.py"), ...flags],
    environment: {PYTHONPATH: path("../python/src"), PYTHONUTF8: "1", PYTHONDONTWRITEBYTECODE: "1"},
  };
}

const CARGO = {CARGO_TARGET_DIR: join(CACHE, "rust")};

async function rust(): Promise<Command> {
  await run(
    // Without TLS: the suite speaks to loopback, and its C sources take a minute to compile.
    [
      "cargo",
      "build",
      "--quiet",
      "--locked",
      "--no-default-features",
      "--example",
      "conformance",
      "--manifest-path",
      path("../rust/Cargo.toml"),
    ],
    "the Rust client's conformance needs Rust 1.85 or newer (https://rustup.rs)",
    CARGO,
  );
  return {words: [join(CARGO.CARGO_TARGET_DIR, "debug/examples/conformance")]};
}

/** By the client's name. */
export const CLIENTS: Record<string, () => Promise<Command>> = {
  TypeScript: typescript,
  Python: python,
  "Python, blocking": () => python("--blocking"),
  Rust: rust,
};

export async function started(make: () => Promise<Command>): Promise<Program> {
  const {words, environment} = await make();
  return new Program(words, environment);
}

/** Cancelling from outside needs something beside the call; the blocking face has nothing there. */
const BEYOND_BLOCKING = [
  "a cancelled call ends at once and leaves its connection",
  "a scan cancelled in mid-stream ends at once",
  "a watch without end is cancelled",
];

export function concerns(client: string, {name}: {name: string}): boolean {
  return client !== "Python, blocking" || !BEYOND_BLOCKING.includes(name);
}
