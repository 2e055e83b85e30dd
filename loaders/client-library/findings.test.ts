import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {z} from "zod";
import {findings, ProgramError} from "./findings.ts";

const SHAPE = z.object({n: z.number()});

async function found(program: string): Promise<{n: number}[]> {
  const directory = mkdtempSync(join(tmpdir(), "engram-findings-"));
  const file = join(directory, "program.mjs");
  writeFileSync(file, program);
  try {
    const values: {n: number}[] = [];
    for await (const value of findings(file, SHAPE, {signal: new AbortController().signal}))
      values.push(value);
    return values;
  } finally {
    rmSync(directory, {recursive: true});
  }
}

test("lines become values, also where the program found fault", async () => {
  assert.deepEqual(await found(`console.log('{"n":1}\\n{"n":2}'); process.exit(1)`), [{n: 1}, {n: 2}]);
});

test("a program that could not do its work is told by its own last words", () =>
  assert.rejects(found(`console.error("cargo is missing\\ninstall it"); process.exit(3)`), (error) => {
    assert.ok(error instanceof ProgramError);
    assert.deepEqual([error.message, error.remedy], ["cargo is missing", "install it"]);
    return true;
  }));

test("a line of another shape is an error", () => assert.rejects(found(`console.log('{"m":1}')`)));
