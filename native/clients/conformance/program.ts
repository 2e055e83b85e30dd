// A client's program as a child process: a command a line in, a reply a line out.
import {type ChildProcess, spawn} from "node:child_process";
import {createInterface} from "node:readline";
import type {Command, Reply} from "./case.ts";

/** Longer than any step takes. */
const REPLY_TIMEOUT_MS = 60_000;

export class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor([command = "", ...words]: readonly string[], environment: Record<string, string> = {}) {
    this.#child = spawn(command, words, {
      stdio: ["pipe", "pipe", "inherit"],
      env: {...process.env, ...environment},
    });
    this.#child.on("error", () => {}); // told by the missing reply
    this.#lines = createInterface({input: this.#child.stdout as NodeJS.ReadableStream})[
      Symbol.asyncIterator
    ]();
  }

  /** Errors: the program ended, or says nothing. */
  async tell(command: Command): Promise<Reply> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no reply to ${command.call} within ${REPLY_TIMEOUT_MS} ms`)),
        REPLY_TIMEOUT_MS,
      );
    });
    try {
      const {value, done} = await Promise.race([this.#lines.next(), silence]);
      if (done) throw new Error(`the client's program ended before it replied to ${command.call}`);
      return JSON.parse(value) as Reply;
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
