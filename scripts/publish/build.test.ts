import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {join, relative, resolve} from "node:path";
import {test} from "node:test";
import {buildSite, settle} from "./build.ts";
import {licences} from "./licences.ts";

test("a page says nothing of when its files were written", () => {
  const page = `registerFile("a.json", {"name":"a.json","lastModified":1764000000000,"size":3});`;
  assert.equal(settle(page), `registerFile("a.json", {"name":"a.json","size":3});`);
});

test("a page has a language and lets its reader zoom", () => {
  const page = `<html>\n<head><meta name="viewport" content="width=device-width, initial-scale=1, maximum-scale=1">\n</head>`;
  assert.match(settle(page), /<html lang="en">/);
  assert.doesNotMatch(settle(page), /maximum-scale/);
});

test("every package that a page ships comes with its licence", () => {
  const text = licences();
  for (const name of [
    "@duckdb/duckdb-wasm 1.29.0",
    "vega-lite 6.5.0",
    "arquero 8.0.3",
    "apache-arrow 17.0.0",
  ])
    assert.ok(text.includes(name), name);
  assert.match(text, /Redistribution and use in source and binary forms/);
});

test("a site that cannot be built is told with Framework's own last words, and leaves no folder", async () => {
  // Inside of the project: of a root elsewhere Framework leaves a folder of that name here.
  const empty = relative(".", mkdtempSync(resolve("data", ".no-pages-")));
  const output = join(empty, "site");
  await assert.rejects(
    buildSite({root: join(empty, "src"), output, log: () => undefined}),
    (error: Error) => error.name === "SiteError" && /no such file|ENOENT/.test(error.message),
  );
  rmSync(empty, {recursive: true});
});
