// Faults on purpose, to see that the ledger looks: each is a small history with one thing wrong.
import {type Finding, type Held, Ledger} from "./ledger.ts";
import {plan} from "./rollout.ts";

const STAGES = plan(1);
const named = (name: string) => STAGES.findIndex((stage) => stage.name === name);
const SESSION = 7;
const FIRST: Held = {id: "a", content: "first", strength: 1};
const SECOND: Held = {id: "b", content: "second", strength: 0.5};

interface Planted {
  /** What the ledger must call it; nothing for the history that is right. */
  kind: Finding["kind"] | null;
  /** Changes the history, and what is held at its end. */
  change: (ledger: Ledger, held: Held[]) => Held[];
}

export const PLANTED: Record<string, Planted> = {
  "nothing wrong": {kind: null, change: (_, held) => held},
  "an acknowledged write is lost": {kind: "lost", change: (_, held) => held.slice(1)},
  "an acknowledged write holds something else": {
    kind: "lost",
    change: (_, [, ...rest]) => [{...FIRST, content: "another"}, ...rest],
  },
  "a write is done twice": {
    kind: "effect",
    change: (_, [first]) => [first as Held, {...SECOND, strength: 0.25}],
  },
  "a repeated write gets another answer": {
    kind: "effect",
    change: (ledger, held) => {
      ledger.answeredAgain("a", 1, 3);
      return held;
    },
  },
  "a session flips within a stage": {
    kind: "flip",
    change: (ledger, held) => {
      ledger.served(SESSION, named("api: 50 %"), "v1, similar");
      return held;
    },
  },
  "a session goes back at the next step": {
    kind: "flip",
    change: (ledger, held) => {
      ledger.served(SESSION, named("api: restart 1 at 50 %"), "v1, similar");
      return held;
    },
  },
  "a session does not find what it wrote": {
    kind: "unread",
    change: (ledger, held) => {
      ledger.read(SESSION, "a", undefined);
      return held;
    },
  },
};

/** Whether the ledger says of it what it must, and nothing else. */
export function isFound({kind, change}: Planted): boolean {
  const ledger = new Ledger(STAGES);
  ledger.acknowledged("a", "first", 1);
  ledger.acknowledged("b", "second", 2);
  ledger.weakened("b", true);
  ledger.answeredAgain("b", 2, 2);
  ledger.served(SESSION, named("quiet"), "v1, similar");
  ledger.served(SESSION, named("api: 50 %"), "v2, similar");
  ledger.read(SESSION, "a", "first");
  const found = ledger.audit(change(ledger, [FIRST, SECOND]));
  return kind === null ? found.length === 0 : found.length === 1 && found[0]?.kind === kind;
}
