// The reader's own questions: SQL over every record of the report, in the reader's browser.
import {html} from "npm:htl";
import {count} from "./format.js";
import type {Records} from "./records.js";
import {type Cell, dataTable, type Rows, rowsOfArrow} from "./table.js";

/** Rows drawn; the download has them all. */
const ROWS_SHOWN_MAX = 200;

export interface Example {
  name: string;
  sql: string;
}

/** RFC 4180. */
export function csv(rows: Rows): string {
  const columns = Object.keys(rows[0] ?? {});
  const field = (value: Cell) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))]
    .map((line) => `${line.map(field).join(",")}\r\n`)
    .join("");
}

export interface QueryOptions {
  examples: Example[];
  /** Controls above the box; they get a function that runs a query. */
  controls?: (use: (sql: string) => void) => HTMLElement;
}

export function queryBox(records: Records, {examples, controls}: QueryOptions): HTMLElement {
  const text =
    html`<textarea spellcheck="false" aria-label="SQL" rows="8"></textarea>` as HTMLTextAreaElement;
  const button = html`<button type="button">Run</button>`;
  const save = html`<a class="download" hidden>Download CSV</a>` as HTMLAnchorElement;
  const status = html`<span role="status">Ctrl–Enter runs it</span>`;
  const result = html`<div class="query-result"></div>`;

  async function run() {
    button.setAttribute("disabled", "");
    save.hidden = true;
    try {
      const {client, checksums} = await records.open((doing) => {
        status.textContent = `${doing}…`;
      });
      const started = performance.now();
      const table = await client.query(text.value);
      const ms = performance.now() - started;
      const rows = rowsOfArrow(table);
      const verified = checksums.every(({matches}) => matches)
        ? ` · ✓ ${count(checksums.length)} files match their SHA-256`
        : "";
      status.textContent = `${count(rows.length)} rows in ${ms.toFixed(0)} ms${verified}`;
      result.replaceChildren(
        rows.length === 0
          ? html`<p>No rows.</p>`
          : dataTable(rows.slice(0, ROWS_SHOWN_MAX), {caption: "Result"}),
        rows.length > ROWS_SHOWN_MAX
          ? html`<p class="quiet">The first ${ROWS_SHOWN_MAX} of ${count(rows.length)} rows; the download has all.</p>`
          : "",
      );
      URL.revokeObjectURL(save.href);
      save.href = URL.createObjectURL(new Blob([csv(rows)], {type: "text/csv"}));
      save.download = "engram-records.csv";
      save.hidden = rows.length === 0;
    } catch (error) {
      status.textContent = "The query did not run:";
      result.replaceChildren(
        html`<p class="error">${error instanceof Error ? error.message : String(error)}</p>`,
      );
    } finally {
      button.removeAttribute("disabled");
    }
  }

  button.addEventListener("click", run);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  text.value = examples[0]?.sql ?? "SELECT 1";
  const use = (sql: string) => {
    text.value = sql;
    void run();
  };
  const buttons = examples.map((example) => {
    const choose = html`<button type="button">${example.name}</button>`;
    choose.addEventListener("click", () => use(example.sql));
    return html`<li>${choose}</li>`;
  });
  return html`<div class="query wide"><ul class="examples" aria-label="Examples">${buttons}</ul>${controls?.(use) ?? null}${text}
    <div class="bar">${button}${status}${save}</div>${result}</div>`;
}
