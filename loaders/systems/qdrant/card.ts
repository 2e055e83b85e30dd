import type {SystemCard} from "../system.ts";

export const card: SystemCard = {
  name: "qdrant",
  title: "Qdrant",
  version: "0.9.0",
  licence: "Apache-2.0",
  home: "https://qdrant.tech",
  origin: "PyPI qdrant-edge-py 0.9.0: the vendor's own engine, in process",
  install_mb: 40,
  configurations: [
    {
      name: "default",
      says: "Not wired in yet.",
      form: "embedded",
      scenarios: ["search"],
      tuned_by: "nobody yet",
      settings: {},
      warm_up_rounds: 1,
    },
  ],
  caveats: [
    {
      favours: "peer",
      says: "No registry offers the server binary; its engine in process leaves out what serving costs it.",
    },
  ],
};
