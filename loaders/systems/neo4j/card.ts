import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "neo4j",
  title: "Neo4j Community",
  version: "5.26.30",
  licence: "GPL-3.0",
  home: "https://neo4j.com",
  origin: "Maven Central org.neo4j:neo4j 5.26.30, a server process of its own",
  configurations: [
    {
      name: "default",
      says: "Not wired in yet.",
      form: "served",
      scenarios: ["walk"],
      tuned_by: "nobody yet",
      settings: {},
      warm_up_rounds: 1,
    },
  ],
  caveats: [
    {
      favours: "engram",
      says: "It is asked over a socket; an embedded engine is not: the two are compared only with the null request of each beside them.",
    },
  ],
};
