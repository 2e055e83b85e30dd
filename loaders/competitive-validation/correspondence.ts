// What a system's maker answered, and what we had to correct: plain words in files beside the system's card.
import {existsSync, readFileSync} from "node:fs";
import {SYSTEMS} from "../systems/cards.ts";

export interface Correspondence {
  /** Empty where there is none. */
  reply: string;
  errata: string;
}

export function correspondence(system: string, systems: URL = SYSTEMS): Correspondence {
  const words = (file: string) => {
    const url = new URL(`${system}/${file}`, systems);
    return existsSync(url) ? readFileSync(url, "utf8").trim() : "";
  };
  return {reply: words("reply.md"), errata: words("errata.md")};
}
