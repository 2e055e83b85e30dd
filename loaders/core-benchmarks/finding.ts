// What a benchmark of the core prints: one JSON object per line on stdout (native/bench/bench.h). It comes from
// another process, so it is checked before it becomes a record.
import {z} from "zod";

const Finding = z.strictObject({
  subject: z.string().min(1),
  /** Round of the interleaving, and place within it. */
  round: z.int().nonnegative(),
  position: z.int().nonnegative(),
  metric: z.string().min(1),
  label: z.string(),
  unit: z.enum(["1/s", "µs", "ns", "s", "share", "count", "bytes", "bytes/s"]),
  value: z.number(),
  /** What the value was made from: queries, records, … */
  n: z.int().positive(),
});
export type Finding = z.infer<typeof Finding>;

export class BenchOutputError extends Error {
  readonly remedy =
    "run the benchmark by hand and look at its output; then mend it or loaders/core-benchmarks";
  constructor(what: string) {
    super(what);
    this.name = "BenchOutputError";
  }
}

/** A line that is no finding, as an error that shows it. */
function finding(bench: string, line: string, number: number): Finding {
  const wrong = (why: string) =>
    new BenchOutputError(`${bench}, line ${number}: ${why}: ${JSON.stringify(line.slice(0, 120))}`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong("no JSON");
  }
  const parsed = Finding.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(`${issue?.path.join(".") || "the line"} ${issue?.message ?? "is wrong"}`);
}

/** All findings of a benchmark's output. Throws BenchOutputError: a line that is none, no line at all, or the
 *  same quantity told twice in one visit. */
export function findings(bench: string, stdout: string): Finding[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  if (lines.length === 0) throw new BenchOutputError(`${bench} printed nothing`);
  const found = lines.map((line, index) => finding(bench, line, index + 1));
  const seen = new Set<string>();
  for (const {subject, round, position, metric, label} of found) {
    const key = JSON.stringify([subject, round, position, metric, label]);
    if (seen.has(key)) throw new BenchOutputError(`${bench} told ${metric} ${label} twice in round ${round}`);
    seen.add(key);
  }
  return found;
}

/** Findings by visit (round, position and subject), in the order of the interleaving. */
export function visits(all: readonly Finding[]): Finding[][] {
  const byVisit = new Map<string, Finding[]>();
  for (const one of all) {
    const key = JSON.stringify([one.round, one.position, one.subject]);
    byVisit.set(key, [...(byVisit.get(key) ?? []), one]);
  }
  return [...byVisit.values()].sort(
    ([a], [b]) => (a?.round ?? 0) - (b?.round ?? 0) || (a?.position ?? 0) - (b?.position ?? 0),
  );
}
