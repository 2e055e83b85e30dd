// The real systems, each by a small round trip. One whose packages cannot be had here is skipped by name with the
// reason; ENGRAM_PEERS=neo4j,qdrant runs these alone.
import {mkdtempSync, rmSync} from "node:fs";
import {homedir, tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {readCards, SYSTEMS} from "../systems/cards.ts";
import {prepare} from "../systems/subject.ts";
import type {Scenario} from "../systems/system.ts";
import {roundTrip} from "./fixtures/round-trip.ts";

const CACHE = join(homedir(), ".cache/engram-workbench/systems");
const WANTED = process.env.ENGRAM_PEERS?.split(",");

/** What is left out: a start of its process takes seconds and another trip goes the same way; or what it
 *  ships as default leaves as few vectors as here without an index, or quantises random ones too coarsely. */
const LEFT_OUT: Record<string, readonly Scenario[]> = {
  "lancedb default": ["search"],
  "qdrant default": ["search"],
  "neo4j in process": ["search", "hybrid"],
  "neo4j bolt": ["search", "walk", "write"],
};

for (const card of await readCards()) {
  const {name} = card;
  if (WANTED !== undefined && !WANTED.includes(name)) continue;
  const folder = new URL(`${name}/`, SYSTEMS).href;
  const state = await prepare({folder, cache: CACHE}, () => {});
  for (const {name: configuration, scenarios} of card.configurations)
    for (const scenario of scenarios) {
      if (scenario === "spread" || LEFT_OUT[`${name} ${configuration}`]?.includes(scenario)) continue;
      const skip = state.ready ? false : `not run: ${state.reason}`;
      test(`${name} ${configuration} passes a round trip of ${scenario}`, {skip}, async () => {
        const directory = mkdtempSync(join(tmpdir(), `engram-${name}-`));
        try {
          await roundTrip(scenario, {folder, cache: CACHE, configuration, directory});
        } finally {
          rmSync(directory, {recursive: true});
        }
      });
    }
}
