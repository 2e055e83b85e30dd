// `doctor`: what is there and what is not — tools, engine, datasets (hashed in full), store.
import {execFileSync} from "node:child_process";
import {Command} from "@commander-js/extra-typings";
import {lookup} from "../../loaders/datasets/lookup.ts";
import {REGISTRY} from "../../loaders/datasets/registry.ts";
import {laboratory} from "../../loaders/lab/laboratory.ts";
import {readBuild} from "../../loaders/lab/provenance/build.ts";
import {open} from "../../loaders/lab/store/store.ts";

const TOOLS = [
  ["node", "--version"],
  ["c++", "--version"],
  ["cmake", "--version"],
  ["chromium", "--version"],
  ["clang-format", "--version"],
] as const;

function row(name: string, ok: boolean, says: string): void {
  process.stdout.write(`${ok ? "✓" : "✗"} ${name.padEnd(24)} ${says}\n`);
}

function toolVersion([command, flag]: (typeof TOOLS)[number]): string | null {
  try {
    return (
      execFileSync(command, [flag], {encoding: "utf8", stdio: ["ignore", "pipe", "ignore"]}).split("\n")[0] ??
      ""
    );
  } catch {
    return null;
  }
}

function says(error: unknown): string {
  const {message, remedy} = error as Error & {remedy?: string};
  return remedy === undefined ? message : `${message}; ${remedy}`;
}

export function doctor() {
  return new Command("doctor")
    .description("tools, datasets, store: what is there, what is not")
    .action(async () => {
      const lab = laboratory();
      let missing = 0;
      for (const tool of TOOLS) {
        const version = toolVersion(tool);
        if (version === null) missing++;
        row(tool[0], version !== null, version ?? "not found");
      }
      try {
        const {compiler, flags} = readBuild(lab.root);
        row("engine", true, `${compiler}, ${flags}`);
      } catch (error) {
        missing++;
        row("engine", false, says(error));
      }
      for (const {name} of REGISTRY) {
        try {
          const {directory} = await lookup(name, {...lab.lookup, memory: null});
          row(name, true, `verified in ${directory}`);
        } catch (error) {
          missing++;
          row(name, false, says(error));
        }
      }
      const {runs, problems, root} = open(lab.store);
      row(
        "store",
        problems.length === 0,
        `${runs.length} runs, ${problems.length} refused, root ${root.slice(0, 12)}`,
      );
      process.exitCode = missing === 0 ? 0 : 1;
    });
}
