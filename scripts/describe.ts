// A summary in words for the terminal: verdict, claims with interval and n, what is still needed.
import type {Claim, Summary} from "../loaders/lab/claim.ts";

const MARKS = {met: "✓", missed: "✗", "not enough evidence": "?"} as const;

function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", {maximumSignificantDigits: 3});
}

function line({label, value, low, high, n, unit, verdict, comparison, threshold, needs}: Claim): string {
  const lacks = verdict === "not enough evidence" && needs !== null ? `  needs ${needs}` : "";
  if (value === null) return `  ${verdict === null ? " " : MARKS[verdict]} ${label}: not measured${lacks}\n`;
  const interval = low === null || high === null ? "no interval" : `${figure(low)}–${figure(high)}`;
  const floor = comparison === null ? "" : `  floor ${comparison} ${threshold}`;
  return `  ${verdict === null ? " " : MARKS[verdict]} ${label}: ${figure(value)} ${unit} (${interval}, n = ${n.toLocaleString("en-US")})${floor}${lacks}\n`;
}

/** A few unmeasured claims are each worth a line; a hundred hide the measured ones. */
const UNMEASURED_LINES_MAX = 3;

function unmeasured({id}: Summary, claims: readonly Claim[], all: boolean): string {
  if (all || claims.length <= UNMEASURED_LINES_MAX) return claims.map(line).join("");
  return `  ? ${claims.length} more were not measured: npm run show -- ${id} --all names each\n`;
}

/** Several lines, ending in a newline; `all` names every claim that has no measurement, too. */
export function describe(summary: Summary, {all = false} = {}): string {
  const head = `${summary.id} ${summary.title}: ${summary.verdict}${summary.profile === null ? "" : ` (profile ${summary.profile})`}\n`;
  const reasons = summary.reasons.map((reason) => `  ! ${reason}\n`).join("");
  const measured = summary.claims.filter(({value}) => value !== null);
  const others = summary.claims.filter(({value}) => value === null);
  return head + reasons + measured.map(line).join("") + unmeasured(summary, others, all);
}
