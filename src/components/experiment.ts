// What every experiment's page shows besides its story: question, verdict, answers, thresholds, and the
// evidence — SQL, runs, exclusions, environment, threats — that lets a reader disbelieve it precisely.
import {html} from "npm:htl";
import type {PreparedTable, Summary} from "../../loaders/lab/claim.ts";
import {answers} from "./answers.js";
import {checkButton} from "./check.js";
import {floorsTable} from "./floors.js";
import {count, estimate, moment, number, plural} from "./format.js";
import type {Records} from "./records.js";
import {dataTable} from "./table.js";
import {verdictBadge} from "./verdict.js";

/** Question, verdict, and when and how much was measured. */
export function opening(summary: Summary): HTMLElement {
  const last = summary.runs.at(-1);
  const measured =
    last === undefined
      ? "nothing measured yet"
      : `${plural(summary.runs.length, "run")} of profile “${summary.profile}”, last on ${moment(last.started_at_ms)}`;
  return html`<div class="opening">
    <p class="lede">${summary.asks}</p>
    <p class="kicker">Experiment ${summary.id} · ${verdictBadge(summary.verdict)} · ${measured}</p>
    ${
      summary.state === "measured"
        ? null
        : html`<div class="notice"><p>${
            summary.state === "void"
              ? "This run does not count: a rule that was set before it says so. Its numbers are shown, not judged."
              : "There is nothing to show yet for the current sources."
          }</p><ul>${summary.reasons.map((reason) => html`<li>${reason}</li>`)}</ul></div>`
    }
  </div>`;
}

export function experimentAnswers(summary: Summary, records: Records): HTMLElement {
  return answers(
    summary.claims.filter((claim) => claim.sentence !== null),
    () => records,
  );
}

export function thresholds(summary: Summary, records: Records): HTMLElement {
  if (summary.claims.length === 0) return html`<p class="quiet">Nothing to judge yet.</p>`;
  const withThreshold = summary.claims.filter((claim) => claim.threshold !== null);
  const judged = withThreshold.filter(({value}) => value !== null);
  const unmeasured = withThreshold.filter(({value}) => value === null);
  const others = summary.claims.filter((claim) => claim.threshold === null && claim.sentence === null);
  return html`<div class="wide">${judged.length === 0 ? null : floorsTable(judged, records)}
    ${unmeasured.length === 0 ? null : html`<details><summary>${plural(unmeasured.length, "threshold")} with nothing measured in profile “${summary.profile}”</summary>${floorsTable(unmeasured, records)}</details>`}
    ${others.length === 0 ? null : html`<details><summary>${plural(others.length, "further number")} without a threshold</summary>${floorsTable(others, records)}</details>`}
    ${checkButton()}
  </div>`;
}

function section(title: string, content: unknown): HTMLElement {
  return html`<section><h3>${title}</h3><div>${content}</div></section>`;
}

function pairs(entries: [string, unknown][]): HTMLElement {
  return html`<dl>${entries.map(([term, value]) => html.fragment`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Names of the record's columns as a reader says them. */
const SAID: Record<string, string> = {
  host_cpu: "CPU",
  host_cores: "Cores",
  host_cpu_quota: "CPU quota",
  host_memory_bytes: "Memory",
  host_kernel: "Linux",
  host_mitigations: "Mitigations",
  host_governor: "Frequency governor",
  host_disk: "Disk",
  host_clocksource: "Clock",
  host_libc: "C library",
  host_node: "Node",
  compiler: "Compiler",
  compiler_flags: "Flags",
  engine_sha256: "Engine sources",
  harness_sha256: "Harness",
  lockfile_sha256: "Locked packages",
  parameters: "Parameters",
  seed: "Seed",
};

function parameters(text: string): string {
  return Object.entries(JSON.parse(text) as Record<string, unknown>)
    .map(
      ([name, value]) =>
        `${name.replaceAll("_", " ")} ${typeof value === "number" ? number(value) : typeof value === "object" ? JSON.stringify(value) : String(value)}`,
    )
    .join(", ");
}

function environment(columns: Record<string, string>): [string, unknown][] {
  return Object.entries(columns).map(([name, value]) => [
    SAID[name] ?? name.replaceAll("_", " "),
    name.endsWith("_sha256")
      ? html`<code>${value.slice(0, 16)}…</code>`
      : name === "host_memory_bytes"
        ? estimate({value: Number(value), low: null, high: null}, "bytes").value
        : name === "parameters"
          ? parameters(value)
          : value,
  ]);
}

function prepared([id, table]: [string, PreparedTable]): HTMLElement {
  return html`<details><summary>${table.caption} (${plural(table.rows.length, "row")})</summary>
    ${dataTable(
      table.rows.map((row) =>
        Object.fromEntries(table.columns.map((column, at) => [column, row[at] ?? null])),
      ),
      {units: table.units, caption: id},
    )}<pre><code>${table.sql.trim()}</code></pre></details>`;
}

function runs(summary: Summary): HTMLElement {
  const rows = summary.runs.map((run) => ({
    run: run.run,
    "started, UTC": moment(run.started_at_ms, "table"),
    seconds: Math.round(run.seconds),
    blocks: run.blocks,
    excluded: run.excluded,
    requests: run.requests,
    commit: `${run.git_commit.slice(0, 8)}${run.git_dirty ? " + changes" : ""}`,
  }));
  return dataTable(rows, {units: {seconds: "s"}, caption: "Runs behind this page"});
}

function exclusions(summary: Summary): HTMLElement {
  const blocks = summary.runs.reduce((sum, run) => sum + run.blocks, 0);
  const dropped = summary.exclusions.length;
  const ledger = html`<p>${plural(blocks, "block")} measured, ${count(dropped)} excluded, ${count(blocks - dropped)} used. The rule, set before the run: ${summary.excludes}</p>`;
  return html`<div>${ledger}${dropped === 0 ? null : dataTable(summary.exclusions, {caption: "Excluded blocks"})}</div>`;
}

/** Everything a doubting reader would ask for. */
export function evidence(summary: Summary): HTMLElement {
  if (summary.hypothesis === "") return html`<p class="quiet">The experiment is not declared yet.</p>`;
  return html`<div class="evidence wide">
    ${section("Hypothesis", html`<p>${summary.hypothesis}</p>`)}
    ${section("When it stops", html`<p>${summary.stops}</p>`)}
    ${section("What was left out", exclusions(summary))}
    ${section(
      "What could be wrong",
      html`<ul>${summary.threats.map((threat) => html`<li>${threat}</li>`)}</ul>`,
    )}
    ${section(
      "Data",
      html`<ul>${summary.datasets.map(
        (set) =>
          html`<li>${set.synthetic ? html`<b>synthetic</b> stand-in for ` : ""}<a href=${set.home}>${set.name}</a>, ${set.licence}; SHA-256 <code>${set.sha256.slice(0, 16)}…</code></li>`,
      )}</ul>`,
    )}
    ${section("Runs", runs(summary))}
    ${section("Rows and SQL", html`<div>${Object.entries(summary.tables).map(prepared)}</div>`)}
    ${section("Environment", pairs(environment(summary.environment)))}
    ${section(
      "Do it yourself",
      html`<div><pre><code>${summary.command}</code></pre>${pairs([
        ["definition", html`<code>${summary.definition_sha256.slice(0, 16)}…</code>`],
        ["key", summary.key === null ? "none" : html`<code>${summary.key.slice(0, 16)}…</code>`],
        ["claims", number(summary.claims.length)],
      ])}</div>`,
    )}
  </div>`;
}
