// Whether the server is well, told truthfully: what the disk refused, which spaces take no writes, whether it drains.
import {readFileSync} from "node:fs";
import type {Spaces} from "./spaces.ts";

export type Phase = "opening" | "serving" | "draining";

/** Codes of the engine after which a space takes no writes until something is done. */
const ILLNESS = new Set(["poisoned", "disk_full", "io", "damaged", "read_only"]);

/** What is served, by the package.json it came with: tells who rolls a release out that it has arrived. */
const RELEASE = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {version: string}
).version;

export interface Report {
  status: "ok" | "degraded" | "failed";
  phase: Phase;
  /** Tells one server from the next behind the same port. */
  pid: number;
  release: string;
  /** Spaces that take no writes, and why. */
  spaces: {space: string; code: string}[];
}

export class Health {
  phase: Phase = "opening";
  readonly #ill = new Map<string, string>();

  /** What became of a write. */
  wrote(space: string, code: string | undefined): void {
    if (code === undefined) this.#ill.delete(space);
    else if (ILLNESS.has(code)) this.#ill.set(space, code);
  }

  /** `failed` when no space takes writes any more, `degraded` when some do not. */
  report(spaces: Spaces): Report {
    const ill = new Map(this.#ill);
    let count = 0;
    for (const {id, damage} of spaces) {
      count++;
      if (damage !== null) ill.set(id, damage.code);
    }
    const status = ill.size === 0 ? "ok" : ill.size < count ? "degraded" : "failed";
    return {
      status,
      phase: this.phase,
      pid: process.pid,
      release: RELEASE,
      spaces: [...ill].map(([space, code]) => ({space, code})),
    };
  }

  ready(spaces: Spaces): boolean {
    return this.phase === "serving" && this.report(spaces).status !== "failed";
  }
}
