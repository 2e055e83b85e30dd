// The planted faults as a table: what is done wrong on purpose, and what catches it.
import {html} from "npm:htl";
import {PLANTED} from "./planted.js";

export function faults(): HTMLElement {
  return html`<div class="table-scroll wide" tabindex="0" role="region" aria-label="Planted faults"><table>
    <thead><tr><th scope="col">Planted</th><th scope="col">What happens, and which test shows it</th></tr></thead>
    <tbody>${PLANTED.map(
      ({fault, caught, file}) =>
        html`<tr><th scope="row">${fault}</th><td>${caught}<br><code class="quiet">${file}</code></td></tr>`,
    )}</tbody>
  </table></div>`;
}
