// The published data files with their checksums, and a button that verifies each in the reader's browser.
import {html} from "npm:htl";
import {count, plural} from "./format.js";
import {publishedFiles, read} from "./records.js";

export async function files(): Promise<HTMLElement> {
  const {files: all} = await publishedFiles();
  const data = all.filter(({path}) => path.startsWith("data/"));
  const ticks = data.map(() => html`<td class="quiet">not checked yet</td>`);
  const status = html`<span role="status" class="quiet">${plural(data.length, "file")}, ${count(data.reduce((sum, {bytes}) => sum + bytes, 0) / 1000)} kB</span>`;
  const button = html`<button class="action" type="button">Verify every file</button>`;
  button.addEventListener("click", async () => {
    button.setAttribute("disabled", "");
    let wrong = 0;
    for (const [index, entry] of data.entries()) {
      try {
        const {checksum} = await read(entry);
        (ticks[index] as HTMLElement).textContent = checksum.matches
          ? "✓ as published"
          : "not verifiable on this page";
      } catch (error) {
        wrong += 1;
        (ticks[index] as HTMLElement).textContent =
          `✗ ${error instanceof Error ? error.message : String(error)}`;
      }
      status.textContent = `${index + 1} of ${data.length}`;
    }
    status.textContent =
      wrong === 0
        ? `✓ all ${plural(data.length, "file")} are as published`
        : `✗ ${plural(wrong, "file")} differ`;
    button.removeAttribute("disabled");
  });
  return html`<div class="wide">
    <div class="check-all">${button}${status}</div>
    <details><summary>The files and their SHA-256</summary><div class="table-scroll" tabindex="0" role="region" aria-label="Data files"><table>
      <thead><tr><th scope="col">File</th><th scope="col" class="numeric">Bytes</th><th scope="col">SHA-256</th><th scope="col">In your browser</th></tr></thead>
      <tbody>${data.map(
        ({path, bytes, sha256}, index) =>
          html`<tr><th scope="row"><a href=${`./${path}`} download>${path.slice("data/".length)}</a></th><td class="numeric">${count(bytes)}</td><td><code>${sha256.slice(0, 16)}…</code></td>${ticks[index]}</tr>`,
      )}</tbody></table></div></details>
  </div>`;
}
