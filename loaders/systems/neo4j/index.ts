// Neo4j Community: has its folder and its sheet; its process is not wired in yet, and the page says so.
import type {System} from "../system.ts";
import {card} from "./card.ts";

export const system: System = {
  card,
  async prepare() {
    return {
      ready: false,
      reason:
        "its server process is not wired in yet (issue 5): it will be started from its Maven Central artifacts",
    };
  },
};
