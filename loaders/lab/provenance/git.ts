// Which commit a run was measured at, and whether the tree differed from it.
import {execFileSync} from "node:child_process";

export interface Commit {
  commit: string;
  dirty: boolean;
}

function git(root: string, ...args: string[]): string | null {
  try {
    return execFileSync("git", ["-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

/** `unknown` and dirty outside a checkout. Published versions and records do not count as changes. */
export function readCommit(root: string): Commit {
  const commit = git(root, "rev-parse", "HEAD");
  const changes = git(root, "status", "--porcelain", "--", ".", ":!reports", ":!data");
  return {commit: commit ?? "unknown", dirty: changes !== ""};
}
