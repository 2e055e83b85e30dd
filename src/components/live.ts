// A part of the page that needs all records, not the prepared few: drawn when the reader asks for it.
import {html} from "npm:htl";
import type {Records} from "./records.js";
import {type Rows, rowsOfArrow} from "./table.js";

export interface LiveOptions {
  /** On the button: what will be seen. */
  label: string;
  records: Records;
  sql: string;
  draw: (rows: Rows) => HTMLElement | Promise<HTMLElement>;
}

/** Rows of a query as plain values: no bigint, no Date. */
export async function queryRows(records: Records, sql: string, say?: (doing: string) => void): Promise<Rows> {
  const {client} = await records.open(say);
  return rowsOfArrow(await client.query(sql));
}

export function live({label, records, sql, draw}: LiveOptions): HTMLElement {
  const status = html`<span role="status" class="quiet">from the records, in your browser</span>`;
  const button = html`<button class="action" type="button">${label}</button>`;
  const place = html`<div class="wide"><div class="check-all">${button}${status}</div></div>`;
  button.addEventListener("click", async () => {
    button.setAttribute("disabled", "");
    try {
      const rows = await queryRows(records, sql, (doing) => {
        status.textContent = `${doing}…`;
      });
      place.replaceChildren(await draw(rows));
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
      button.removeAttribute("disabled");
    }
  });
  return place;
}
