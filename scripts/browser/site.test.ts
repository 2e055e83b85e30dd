/// <reference lib="dom" />
// The pages in a real browser: what a reader sees, on a phone and a desk, by day and by night.
// ENGRAM_SCREENSHOTS=<folder> keeps a picture of every page in every setting.
import assert from "node:assert/strict";
import {existsSync, mkdirSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {after, before, describe, it} from "node:test";
import type {Browser, Locator, Page} from "playwright-core";
import type {Served} from "../publish/serve.ts";
import {launch} from "./chromium.ts";
import {servedSite} from "./site.ts";

const EXPERIMENTS = readdirSync("src/experiments")
  .filter((file) => file.endsWith(".md"))
  .map((file) => `experiments/${file.slice(0, -".md".length)}`);
/** Pages whose experiment is built; the others must say that it is not. */
const MEASURED = EXPERIMENTS.filter((path) =>
  existsSync(`loaders/${path.slice("experiments/".length)}.parquet.ts`),
);
const PAGES = ["index", ...EXPERIMENTS, "systems", "systems/hnswlib", "method", "data", "versions"];
const SETTINGS = (["light", "dark"] as const).flatMap((scheme) =>
  [390, 1280].map((width) => ({scheme, width})),
);
const READY_MS = 30_000;
/** Most of a visit is waiting. */
const VISITS_AT_ONCE = 2;
const WASM = /\.wasm$|duckdb-browser/;

let browser: Browser;
let site: Served;

const cases: [name: string, body: () => Promise<void>][] = [];
const test = (name: string, body: () => Promise<void>) => cases.push([name, body]);

interface Visit {
  page: Page;
  /** Addresses asked for, in order. */
  requests: string[];
  /** Requests that left the origin. */
  off: string[];
  /** Errors in the console or thrown by the page. */
  errors: string[];
}

/** Opens a page in a fresh profile, watching all that it asks for. */
async function visit(
  path: string,
  {scheme, width}: (typeof SETTINGS)[number],
  prepare: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<Visit & AsyncDisposable> {
  const context = await browser.newContext({colorScheme: scheme, viewport: {width, height: 900}});
  const page = await context.newPage();
  page.setDefaultTimeout(READY_MS);
  const opened: Visit = {page, requests: [], off: [], errors: []};
  page.on("console", (message) => {
    if (message.type() === "error") opened.errors.push(message.text());
  });
  page.on("pageerror", (error) => opened.errors.push(error.message));
  page.on("request", (request) => {
    opened.requests.push(request.url());
    if (!request.url().startsWith(site.url) && !/^(data|blob):/.test(request.url()))
      opened.off.push(request.url());
  });
  await prepare(page);
  await page.goto(`${site.url}${path}.html`, {waitUntil: "networkidle"});
  return {...opened, [Symbol.asyncDispose]: () => context.close()};
}

const DESK = {scheme: "light", width: 1280} as const;

/** All text of an element. */
const words = async (locator: Locator) => (await locator.textContent()) ?? "";

/** Waits until every chart of the page is drawn. */
async function drawn(page: Page): Promise<number> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLElement>("figure.chart")].every(
      (figure) => figure.dataset.drawn === "true",
    ),
  );
  return page.locator("figure.chart").count();
}

for (const path of PAGES)
  for (const setting of SETTINGS)
    test(`${path} reads well in ${setting.scheme} at ${setting.width} px`, async () => {
      await using visited = await visit(path, setting);
      const {page, off, errors, requests} = visited;
      await page.locator("h1").waitFor();
      await drawn(page);
      assert.deepEqual(errors, [], "no console error");
      assert.deepEqual(off, [], "no request leaves the origin");
      assert.deepEqual(
        requests.filter((url) => WASM.test(url)),
        [],
        "no DuckDB before a reader asks",
      );
      assert.equal(await page.locator(".observablehq--error").count(), 0, "no block failed");
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`);
      const background = await page.evaluate(
        () => getComputedStyle(document.documentElement).backgroundColor,
      );
      const lightness = Number(background.match(/\d+/)?.[0]);
      assert.equal(lightness > 128, setting.scheme === "light", `the paper is ${background}`);
      const folder = process.env.ENGRAM_SCREENSHOTS;
      if (folder !== undefined) {
        mkdirSync(folder, {recursive: true});
        const name = `${path.replaceAll("/", "_")}-${setting.scheme}-${setting.width}.png`;
        await page.screenshot({path: join(folder, name), fullPage: true});
      }
    });

test("every chart has a title, a drawing, a summary in words, a table of its rows and keyboard focus", async () => {
  let charts = 0;
  for (const path of ["index", ...EXPERIMENTS]) {
    await using visited = await visit(path, DESK);
    charts += await drawn(visited.page);
    const faults = await visited.page.locator("figure.chart").evaluateAll((figures) =>
      // No named function in here: it runs in the page, without the helpers of this file's compiler.
      figures.flatMap((figure) => {
        const title = figure.querySelector("h3")?.textContent?.trim() ?? "";
        const summary = figure.querySelector("figcaption")?.textContent?.trim() ?? "";
        const found = [
          title.length > 15 ? "" : "title",
          figure.querySelector(".drawing svg, .drawing canvas") === null ? "drawing" : "",
          summary.length > 30 ? "" : "summary",
          figure.querySelectorAll("details table tbody tr").length > 0 ? "" : "table",
          figure.querySelector<HTMLElement>(".plot")?.tabIndex === 0 ? "" : "focus",
        ].filter((part) => part !== "");
        return found.length === 0 ? [] : [`${title}: no ${found.join(", no ")}`];
      }),
    );
    assert.deepEqual(faults, [], path);
  }
  assert.ok(charts >= MEASURED.length, `${charts} charts were looked at`);
});

test("arrow keys walk through the rows of a chart and tell each", async () => {
  await using visited = await visit(MEASURED[0] ?? "", DESK);
  await drawn(visited.page);
  const figure = visited.page.locator("figure.chart").first();
  await figure.locator(".plot").focus();
  await visited.page.keyboard.press("ArrowRight");
  const first = await figure.locator(".readout").textContent();
  await visited.page.keyboard.press("ArrowRight");
  assert.notEqual(await figure.locator(".readout").textContent(), first);
  assert.match(first ?? "", /\d/);
});

test("the start page answers before anything heavy is asked for", async () => {
  await using visited = await visit("index", DESK);
  const {page, requests} = visited;
  assert.ok((await page.locator(".answers li").count()) >= MEASURED.length);
  const sentences = await page.locator(".answers li p:first-of-type").allTextContents();
  for (const sentence of sentences) assert.match(sentence, /\d/, "an answer has its number");
  const bytes = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).decodedBodySize, 0),
  );
  assert.ok(bytes < 4e6, `the start page took ${bytes} bytes`);
  assert.equal(
    requests.some((url) => WASM.test(url)),
    false,
  );
});

for (const path of EXPERIMENTS.filter((path) => !MEASURED.includes(path)))
  test(`${path} says that its experiment is not built, and shows no number`, async () => {
    await using visited = await visit(path, DESK);
    assert.match((await visited.page.locator("#observablehq-main").textContent()) ?? "", /not built yet/);
    assert.equal(await visited.page.locator("button.claim").count(), 0);
  });

for (const path of ["index", ...MEASURED])
  test(`every number on ${path} is computed again in the browser and agrees`, async () => {
    await using visited = await visit(path, DESK);
    const {page, errors, off} = visited;
    const claims = await page.locator("button.claim").count();
    assert.ok(claims > 0, "there are numbers to compute");
    await page.locator("[data-check-all] button").click();
    await page.locator("[data-check-all] [role=status]", {hasText: /agree/}).waitFor({timeout: 120_000});
    const states = await page
      .locator("button.claim")
      .evaluateAll((buttons) =>
        buttons.map(
          (button) => `${(button as HTMLElement).dataset.claim} ${(button as HTMLElement).dataset.check}`,
        ),
      );
    assert.deepEqual(
      states.filter((state) => !state.endsWith(" agrees")),
      [],
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(off, []);
  });

test("a click on a number shows what it rests on, and ticks it with its verified file", async () => {
  await using visited = await visit(MEASURED[0] ?? "", DESK);
  const {page} = visited;
  await page.locator("button.claim").first().click();
  const card = page.locator(".claim-card:popover-open");
  await card.locator(".result-agrees").waitFor({timeout: 60_000});
  const text = await words(card);
  assert.match(text, /same number/);
  assert.match(text, /SHA-256 [0-9a-f]{12}… as published/);
  assert.match(text, /n = /);
});

test("a planted wrong claim is crossed", async () => {
  const [path = ""] = MEASURED;
  const name = path.slice("experiments/".length);
  await using visited = await visit(path, DESK, (page) =>
    page.route(new RegExp(`${name}\\.[0-9a-f]+\\.json$`), async (route) => {
      const response = await route.fetch();
      const summary = await response.json();
      for (const claim of summary.claims) claim.value *= 1.01;
      await route.fulfill({response, json: summary});
    }),
  );
  const {page} = visited;
  const number = page.locator("button.claim").first();
  await number.click();
  await page.locator(".claim-card:popover-open .result-differs").waitFor({timeout: 60_000});
  assert.equal(await number.getAttribute("data-check"), "differs");
  assert.match(await words(number), /✗/);
});

test("a planted change in a record file is refused by its checksum", async () => {
  const [path = ""] = MEASURED;
  await using visited = await visit(path, DESK, (page) =>
    page.route(/\/blocks\.parquet$/, async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
      await route.fulfill({response, body});
    }),
  );
  const {page} = visited;
  await page.locator("button.claim").first().click();
  const failed = page.locator(".claim-card:popover-open .result-failed");
  await failed.waitFor({timeout: 60_000});
  assert.match(await words(failed), /blocks\.parquet is not the file that was published/);
});

test("the query box answers, tells that the files are verified, and offers a CSV", async () => {
  await using visited = await visit("data", DESK);
  const {page, errors} = visited;
  await page
    .locator(".query textarea")
    .fill("SELECT experiment, count(*) AS runs FROM runs GROUP BY ALL ORDER BY ALL");
  await page.locator(".query .bar button").click();
  await page.locator(".query-result tbody tr").first().waitFor({timeout: 120_000});
  assert.equal(await page.locator(".query-result tbody tr").count(), MEASURED.length);
  assert.match(await words(page.locator(".query .bar [role=status]")), /✓ \d+ files match/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".query a.download").click(),
  ]);
  assert.match(download.suggestedFilename(), /\.csv$/);
  assert.deepEqual(errors, []);
});

test("every example of the query box runs", async () => {
  await using visited = await visit("data", DESK);
  const {page} = visited;
  const examples = page.locator(".examples button");
  for (let index = 0; index < (await examples.count()); index++) {
    await examples.nth(index).click();
    await page
      .locator(".query .bar [role=status]", {hasText: /rows in|did not run/})
      .waitFor({timeout: 120_000});
    assert.doesNotMatch(await words(page.locator(".query")), /did not run/, `example ${index + 1}`);
  }
});

test("a wrong query is answered with its error, and the next one works", async () => {
  await using visited = await visit("data", DESK);
  const {page} = visited;
  await page.locator(".query textarea").fill("SELECT nonsense FROM nowhere");
  await page.locator(".query .bar button").click();
  await page.locator(".query .error").waitFor({timeout: 120_000});
  assert.match(await words(page.locator(".query .error")), /nowhere/);
  await page.locator(".query textarea").fill("SELECT 1 AS one");
  await page.locator(".query .bar button").click();
  await page.locator(".query-result tbody tr").first().waitFor();
});

test("every published file is verified on request", async () => {
  await using visited = await visit("data", DESK);
  await visited.page.getByRole("button", {name: "Verify every file"}).click();
  await visited.page.getByText(/✓ all \d+\sfiles are as published/).waitFor();
});

describe("the site", {concurrency: VISITS_AT_ONCE}, () => {
  before(async () => {
    [site, browser] = await Promise.all([servedSite(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });
  for (const [name, body] of cases) it(name, body);
});
