// One button that computes every number of the page again.
import {html} from "npm:htl";
import {checkAll} from "./claim.js";

export function checkButton(): HTMLElement {
  const status = html`<span role="status" class="quiet">on your own machine: some seconds, longer over many rows</span>`;
  const button = html`<button class="action" type="button">Compute every number on this page again</button>`;
  button.addEventListener("click", async () => {
    button.setAttribute("disabled", "");
    let summary = "";
    await checkAll((done, total, differing) => {
      summary =
        differing === 0
          ? `✓ ${total} of ${total} numbers agree with the records`
          : `✗ ${differing} of ${total} numbers do not agree; they are struck through`;
      status.textContent = `${done} of ${total}…`;
    });
    status.textContent = summary;
    button.removeAttribute("disabled");
  });
  return html`<div class="check-all" data-check-all>${button}${status}</div>`;
}
