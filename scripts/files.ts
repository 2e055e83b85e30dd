// The project's own files: what git tracks, and what is new and not ignored.
import {execFileSync} from "node:child_process";

/** Paths relative to the project's root, sorted. */
export function projectFiles(root = "."): string[] {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  return [...new Set(list.split("\0").filter((file) => file !== ""))].sort();
}
