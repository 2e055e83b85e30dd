// `npm test`: every check of the project, one stage after the other, each told by name with its time.
// A stage that cannot run fails; nothing is skipped silently. The last line counts all tests.
import {spawn} from "node:child_process";
import {cpus} from "node:os";
import {argv, exit, hrtime, stdout} from "node:process";
import {projectFiles} from "./files.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Stage {
  name: string;
  command: string[];
  /** Reads how many tests ran from what the stage printed; one per stage where the tool counts none. */
  count: (output: string, ok: boolean) => Counts;
}

const one = (_output: string, ok: boolean): Counts => ({passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0});

function numberAfter(output: string, pattern: RegExp): number {
  return Number(output.match(pattern)?.[1] ?? 0);
}

function nodeTests(output: string, ok: boolean): Counts {
  const counts = {
    passed: numberAfter(output, /^ℹ pass (\d+)/m),
    failed: numberAfter(output, /^ℹ fail (\d+)/m),
    skipped: numberAfter(output, /^ℹ skipped (\d+)/m),
  };
  if (counts.passed + counts.failed === 0 || (!ok && counts.failed === 0)) counts.failed += 1;
  return counts;
}

function ctest(output: string, ok: boolean): Counts {
  const failed = numberAfter(output, /tests passed, (\d+) tests? failed/);
  const total = numberAfter(output, /failed out of (\d+)/);
  return {passed: total - failed, failed: ok && total > 0 ? failed : Math.max(1, failed), skipped: 0};
}

/** Harnesses of scripts/faults.ts: a line with a summary each, or with the reason why it is not possible here. */
function harnesses(output: string, ok: boolean): Counts {
  const lines = output.split("\n").filter((line) => /^\{"harness":.*"controls":/.test(line));
  const failed = lines.filter((line) => !/"violations":0,/.test(line)).length;
  return {
    passed: lines.length - failed,
    failed: ok && lines.length > 0 ? failed : Math.max(1, failed),
    skipped: output.split("\n").filter((line) => line.includes('"not possible here"')).length,
  };
}

const files = projectFiles();
const browserTests = files.filter((file) => /^scripts\/browser\/.*\.test\.ts$/.test(file));
const unitTests = files.filter((file) => file.endsWith(".test.ts") && !browserTests.includes(file));
const cppSources = files.filter((file) => /^native\/.*\.(h|cc)$/.test(file));

const environments = ["native", "loaders", "scripts", "src"];

const stages: Stage[] = [
  {name: "lint and format (TypeScript)", command: ["biome", "check", "--error-on-warnings", "."], count: one},
  ...environments.map((folder) => ({name: `types (${folder})`, command: ["tsc", "-p", folder], count: one})),
  {name: "format (C++)", command: ["clang-format", "--dry-run", "--Werror", ...cppSources], count: one},
  {
    name: "native core",
    command: ["ctest", "--test-dir", "native/build", "--output-on-failure", "-j", String(cpus().length)],
    count: ctest,
  },
  {name: "kills, errors and power cuts", command: ["tsx", "scripts/faults.ts"], count: harnesses},
  ...["address", "thread"].map((kind) => ({
    name: `C++ under sanitizers (${kind})`,
    command: ["sh", "scripts/sanitize.sh", kind],
    count: ctest,
  })),
  {name: "fuzzing", command: ["tsx", "scripts/fuzz.ts"], count: harnesses},
  {
    name: "unit tests",
    command: [
      "node",
      "--import",
      "tsx",
      "--test",
      `--test-concurrency=${cpus().length}`, // most wait for a child; Node's own default leaves a core idle
      "--test-reporter=spec",
      ...unitTests,
    ],
    count: nodeTests,
  },
  {
    name: "site in a real browser",
    command: ["node", "--import", "tsx", "--test", "--test-reporter=spec", ...browserTests],
    count: nodeTests,
  },
];

function run(command: string[]): Promise<{ok: boolean; output: string}> {
  return new Promise((resolve) => {
    const [program = "", ...args] = command;
    const child = spawn(program, args, {stdio: ["ignore", "pipe", "pipe"]});
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        chunks.push(text);
        stdout.write(text);
      });
    child.on("error", (error) => {
      stdout.write(`cannot start ${program}: ${error.message}\n`);
      resolve({ok: false, output: ""});
    });
    child.on("close", (code) => resolve({ok: code === 0, output: chunks.join("")}));
  });
}

const wanted = argv.slice(2);
const chosen = stages.filter(({name}) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
if (chosen.length === 0) {
  stdout.write(
    `no stage is named like "${wanted.join(" ")}"; there are: ${stages.map((s) => s.name).join(", ")}\n`,
  );
  exit(3);
}

const sum: Counts = {passed: 0, failed: 0, skipped: 0};
const lines: string[] = [];
for (const stage of chosen) {
  stdout.write(`\n── ${stage.name}\n`);
  const started = hrtime.bigint();
  const {ok, output} = await run(stage.command);
  const seconds = Number(hrtime.bigint() - started) / 1e9;
  const counts = stage.count(output, ok);
  for (const key of ["passed", "failed", "skipped"] as const) sum[key] += counts[key];
  lines.push(
    `${counts.failed === 0 ? "✓" : "✗"} ${stage.name.padEnd(32)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(3)} failed ${seconds.toFixed(1).padStart(7)} s`,
  );
}
stdout.write(`\n${lines.join("\n")}\n\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
exit(sum.failed === 0 ? 0 : 1);
