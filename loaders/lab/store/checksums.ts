// SHA256SUMS files: the line format of sha256sum(1), so that anyone can check a folder by hand.
import {createHash} from "node:crypto";
import {readFileSync} from "node:fs";

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function sha256File(path: string): string {
  return sha256(readFileSync(path));
}

export function formatSums(sums: ReadonlyMap<string, string>): string {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sum]) => `${sum}  ${name}\n`)
    .join("");
}

/** Null where the text is not a SHA256SUMS file. */
export function parseSums(text: string): Map<string, string> | null {
  const sums = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return null;
    sums.set(match[2], match[1]);
  }
  return sums;
}
