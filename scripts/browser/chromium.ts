// The system's Chromium for tests: no network of its own, a fresh profile each time.
import {existsSync} from "node:fs";
import {type Browser, chromium} from "playwright-core";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Without these, Chromium itself reaches for its maker's hosts at every start. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
];

export function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? CANDIDATES.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      `no Chromium at ${CANDIDATES.join(", ")}: install Debian's package chromium, or set CHROMIUM`,
    );
  return chromium.launch({executablePath, args: FLAGS});
}
