import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {pathToFileURL} from "node:url";
import {readCards} from "./cards.ts";

test("every system has a card with where it was had, a licence and what speaks against the comparison", async () => {
  const cards = await readCards();
  assert.equal(cards[0]?.name, "engram");
  for (const {name, origin, licence, caveats, configurations} of cards) {
    assert.ok(origin !== "" && licence !== "" && caveats.length > 0, name);
    for (const {scenarios, tuned_by, says} of configurations)
      assert.ok(scenarios.length > 0 && tuned_by !== "" && says !== "", name);
  }
});

test("who takes part in durable writes says what happens before a write is acknowledged", async () => {
  for (const {name, configurations} of await readCards())
    for (const {scenarios, durability} of configurations)
      assert.equal(scenarios.includes("write"), durability !== undefined, name);
});

async function withFolder(card: string, use: (systems: URL) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "engram-systems-"));
  try {
    mkdirSync(join(folder, "newcomer"));
    writeFileSync(join(folder, "newcomer/card.ts"), card);
    await use(pathToFileURL(`${folder}/`));
  } finally {
    rmSync(folder, {recursive: true});
  }
}

test("a folder that is added is a system, and nothing else had to change", () =>
  withFolder('export const card = {name: "newcomer"};', async (systems) => {
    assert.deepEqual(
      (await readCards(systems)).map(({name}) => name),
      ["newcomer"],
    );
  }));

test("a card that bears another name than its folder is refused", () =>
  withFolder('export const card = {name: "impostor"};', async (systems) => {
    await assert.rejects(readCards(systems), /impostor/);
  }));
