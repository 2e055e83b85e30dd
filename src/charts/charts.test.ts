// The gallery: every chart drawn from a few rows and compared with its committed SVG in golden/.
// UPDATE_GOLDEN=1 writes them anew; look at the difference before committing it.
import assert from "node:assert/strict";
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {test} from "node:test";
import * as vega from "vega";
import * as vegaLite from "vega-lite";
import {dotPanels} from "./dots.js";
import {forgettingCurves} from "./forgetting.js";
import {logDomain, logTicks} from "./frame.js";
import {frontier} from "./frontier.js";
import {gapCurves} from "./gaps.js";
import {countGrid} from "./grid.js";
import {latencyByPercentile, percentileName} from "./latency.js";
import {lines} from "./lines.js";
import {ratioDots} from "./ratios.js";
import {requestStrip} from "./requests.js";
import {shareBars} from "./shares.js";
import {spreadStrips} from "./spread.js";
import {CONFIG} from "./theme.js";

const GOLDEN = new URL("golden/", import.meta.url);

/** Colours of the stylesheet by day, so that a golden file looks as the page does. */
const COLOURS = new Map(
  [
    ...readFileSync(new URL("../styles/page.css", import.meta.url), "utf8")
      .split("@media", 1)
      .join("")
      .matchAll(/(--[\w-]+): (#\w+);/g),
  ].map(([, name = "", colour = ""]) => [name, colour]),
);

const byDay = (drawn: string) =>
  drawn.replaceAll(/var\((--[\w-]+)\)/g, (_all, name: string) => COLOURS.get(name) ?? name);

async function svg(spec: vegaLite.TopLevelSpec): Promise<{drawn: string; warnings: string[]}> {
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn, "warn", (_method, _level, input) => warnings.push(input.join(" ")));
  const compiled = vegaLite.compile(
    {...spec, config: {...CONFIG, font: "sans-serif"}} as vegaLite.TopLevelSpec,
    {logger},
  );
  const view = new vega.View(vega.parse(compiled.spec), {renderer: "none", logger});
  const drawn = await view.toSVG();
  view.finalize();
  return {drawn: drawn.replaceAll("><", ">\n<"), warnings};
}

const PERCENTILES = [0.5, 0.9, 0.99, 0.999].flatMap((quantile, index) => [
  {
    series: "recall",
    quantile,
    latency_ms: 0.2 * 2 ** index,
    low_ms: 0.19 * 2 ** index,
    high_ms: 0.22 * 2 ** index,
    engram: true,
  },
  {series: "store", quantile, latency_ms: 0.9 * 2 ** index, low_ms: null, high_ms: null, engram: true},
]);
const FRONTIER = ["engram", "hnswlib", "usearch"].flatMap((subject, system) =>
  [16, 64, 256].map((effort) => ({
    subject,
    effort,
    recall: 1 - 1 / effort - 0.002 * system,
    qps: 200_000 / effort / (1 + system),
    low: 190_000 / effort / (1 + system),
    high: 210_000 / effort / (1 + system),
  })),
);
const RATIOS = [
  {scenario: "search at recall 0.95", rival: "hnswlib", ratio: 2.4, low: 2.2, high: 2.6},
  {scenario: "durable ingest", rival: "SQLite", ratio: 0.82, low: 0.77, high: 0.88},
];
const DOTS = ["1 hop", "2 hops"].flatMap((panel, index) =>
  ["engram", "Kuzu"].map((subject, system) => ({
    subject,
    panel,
    value: 3 * 10 ** (index + system),
    low: 2.8 * 10 ** (index + system),
    high: 3.3 * 10 ** (index + system),
  })),
);
const REQUESTS = Array.from({length: 60}, (_value, index) => ({
  at_s: index / 10,
  latency_ms: index % 20 === 7 ? 12 : 0.3 + (index % 7) / 20,
  slow: index % 20 === 7,
}));
const SPREAD = [-0.03, -0.01, 0, 0.02].flatMap((deviation) => [
  {name: "006 recall, engram", deviation, engram: true},
  {name: "112 search, hnswlib", deviation: deviation * 2, engram: false},
]);
const SHARES = [
  {name: "flush of the log", count: 19, share: 0.63},
  {name: "unexplained", count: 11, share: 0.37},
];

const HISTORY = ["hnswlib", "usearch"].flatMap((series, system) =>
  [4, 4.1, 3.9, 3.2].map((y, run) => ({
    series,
    x: run + 1,
    y: y + system,
    changed: run === 3 && system === 0,
  })),
);
const POWER = [0, 0.2, 0.6, 0.97, 1].map((y, at) => ({series: "both", x: at + 1, y}));

/** Two lines that end almost in one point. */
const CLOSE = [
  {series: "recall", quantile: 0.5, latency_ms: 0.2, low_ms: null, high_ms: null, engram: true},
  {series: "recall", quantile: 0.99, latency_ms: 4.0, low_ms: null, high_ms: null, engram: true},
  {series: "store", quantile: 0.5, latency_ms: 0.9, low_ms: null, high_ms: null, engram: true},
  {series: "store", quantile: 0.99, latency_ms: 4.2, low_ms: null, high_ms: null, engram: true},
];

const GRID = ["crud", "retry"].flatMap((row, at) =>
  ["Rust", "Python, blocking"].map((column, side) => ({row, column, passed: 5 - at * side, taken: 5})),
);

const LEFT = [1_200, 3_600, 86_400, 2_678_400].flatMap((delay, at) => [
  {series: "Ebbinghaus 1885", delay, left: [0.58, 0.44, 0.34, 0.21][at] as number, measured: true},
  {series: "engram, default", delay, left: (1 + delay / 13) ** -0.13, measured: false},
  {series: "specified", delay, left: Math.exp(-delay / 7_000), measured: false},
]);

const GAPS = [
  {test: "1 week", peak: 2, low: 1.4, high: 2.8},
  {test: "1 year", peak: 25, low: 18, high: 36},
].flatMap(({test, peak, low, high}) =>
  [0.1, 0.5, 2, 8, 25, 80].map((days) => ({
    ...{test, gap: days * 86_400, low: low * 86_400, high: high * 86_400},
    more: 3 / (1 + Math.log(days / peak) ** 2) - 1,
  })),
);
const GALLERY: Record<string, (width: number) => vegaLite.TopLevelSpec> = {
  latency: (width) => latencyByPercentile(PERCENTILES, width),
  "latency-close": (width) => latencyByPercentile(CLOSE, width),
  frontier: (width) => frontier(FRONTIER, width),
  ratios: (width) => ratioDots(RATIOS, width),
  "dots-log": (width) => dotPanels(DOTS, width, {axis: "median time, µs", log: true}),
  "dots-linear": (width) => dotPanels(DOTS.slice(0, 2), width, {axis: "score"}),
  requests: (width) => requestStrip(REQUESTS, width, 12, "above P99.9"),
  spread: (width) => spreadStrips(SPREAD, width),
  "lines-log": (width) => lines(HISTORY, width, {horizontal: "run", vertical: "lead (log scale)", log: true}),
  "lines-share": (width) =>
    lines(POWER, width, {
      horizontal: "months",
      vertical: "share found",
      format: ".0%",
      mark: {at: 0.95, says: "95 %"},
    }),
  forgetting: (width) => forgettingCurves(LEFT, width),
  gaps: (width) => gapCurves(GAPS, width),
  grid: (width) => countGrid(GRID, width),
  shares: (width) => shareBars(SHARES, width, "share of slow requests"),
};

for (const [name, spec] of Object.entries(GALLERY))
  for (const width of [350, 820])
    test(`${name} at ${width} px is drawn as in its golden file`, async () => {
      const {drawn: themed, warnings} = await svg(spec(width));
      const drawn = byDay(themed);
      assert.deepEqual(warnings, []);
      const file = new URL(`${name}-${width}.svg`, GOLDEN);
      if (process.env.UPDATE_GOLDEN !== undefined) {
        mkdirSync(GOLDEN, {recursive: true});
        writeFileSync(file, drawn);
      }
      assert.ok(existsSync(file), `no golden file ${file.pathname}; UPDATE_GOLDEN=1 writes it`);
      assert.equal(drawn, readFileSync(file, "utf8"));
    });

test("engram is the only thing in colour", async () => {
  const {drawn} = await svg(frontier(FRONTIER, 820));
  const colours = new Set(
    [...drawn.matchAll(/(?:fill|stroke)="(var\([^"]*\)|#[^"]*)"/g)].map((match) => match[1]),
  );
  const strays = [...colours].filter((colour) => !/--(ink|ink-2|rule|paper|engram)\)/.test(colour ?? ""));
  assert.deepEqual(strays, []);
});

test("ticks of a log axis are round numbers inside its domain", () => {
  assert.deepEqual(logTicks([0.9, 12]), [1, 2, 5, 10]);
  assert.deepEqual(logTicks([0.02, 4]), [0.03, 0.1, 0.3, 1, 3]);
  assert.deepEqual(logTicks([0.9, 90_000]), [1, 10, 100, 1_000, 10_000]);
});

test("a log domain leaves out what a log axis cannot show", () => {
  assert.deepEqual(logDomain([0, null, 2, 8], 2), [1, 16]);
});

test("a percentile is named as it is spoken", () => {
  assert.equal(percentileName(0.5), "P50");
  assert.equal(percentileName(0.9999), "P99.99");
});
