import type {Configuration, SystemCard} from "../system.ts";

const COMMON = {
  scenarios: ["search", "walk", "spread", "hybrid", "write"],
  tuned_by: "us: heap and page cache set, the best wording found beside the plain one",
  warm_up_rounds: 5,
  durability:
    "A transaction per batch; commit returns when the transaction log was forced to the disk (by its documentation; not traced here). Its vector index follows soon after the commit.",
} satisfies Partial<Configuration>;

const SETTINGS = {
  heap_mb: 2_048,
  page_cache_mb: 1_024,
  usage_reporting: false,
  authentication: false,
  loaded_by: "its core API, 20,000 rows a transaction",
};

export const card: SystemCard = {
  name: "neo4j",
  title: "Neo4j Community",
  version: "5.26.30",
  licence: "GPL-3.0",
  home: "https://neo4j.com",
  origin:
    "Maven Central org.neo4j:neo4j 5.26.30 (every jar pinned by SHA-256), npm neo4j-driver 6.3.0; a process of its own, nothing is linked or shipped",
  install_mb: 150,
  configurations: [
    {
      ...COMMON,
      name: "in process",
      says: "Its core API, its traversal framework and Cypher, called and timed inside of its JVM.",
      form: "embedded",
      settings: SETTINGS,
    },
    {
      ...COMMON,
      name: "bolt",
      says: "Cypher over Bolt on loopback by the official driver, a session per question.",
      form: "served",
      settings: {...SETTINGS, driver: "neo4j-driver 6.3.0"},
    },
  ],
  caveats: [
    {
      favours: "engram",
      says: "Each question is a transaction with its isolation; engram's reads give a weaker promise and pay less.",
    },
    {
      favours: "engram",
      says: "Its compiler is just in time: it may get faster still after the warm-up rounds that the page shows.",
    },
    {
      favours: "peer",
      says: "In process it is called in Java and timed in Java; engram is called from JavaScript and pays its binding.",
    },
    {
      favours: "neither",
      says: "Newer releases (2026.x) need a newer JDK than Debian 12 has; they were not measured.",
    },
    {
      favours: "engram",
      says: "Its vector index is asked by Cypher only, and its recall knob is how many candidates are asked for.",
    },
  ],
};
