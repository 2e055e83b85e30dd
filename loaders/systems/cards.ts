// The cards of all systems that have a folder here, engram first: what an experiment compares is what is there,
// so that adding a system adds a folder and changes nothing else.
import {existsSync, readdirSync} from "node:fs";
import {fileURLToPath} from "node:url";
import type {SystemCard} from "./system.ts";

export const SYSTEMS = new URL("./", import.meta.url);

/** Cards of the folders in `systems` that hold a card.ts, by name, engram first. */
export async function readCards(systems: URL = SYSTEMS): Promise<SystemCard[]> {
  const names = readdirSync(fileURLToPath(systems), {withFileTypes: true})
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/card.ts`, systems)))
    .map(({name}) => name)
    .sort((a, b) => Number(b === "engram") - Number(a === "engram") || (a < b ? -1 : 1));
  return Promise.all(
    names.map(async (name) => {
      const {card} = (await import(new URL(`${name}/card.ts`, systems).href)) as {card: SystemCard};
      if (card.name !== name)
        throw new TypeError(
          `the card in loaders/systems/${name} is named "${card.name}"; give it its folder's name`,
        );
      return card;
    }),
  );
}
