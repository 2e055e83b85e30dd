// Who takes part: a subject is a system in one of its configurations. Embedded is compared with embedded, served
// with served; what each is is told by its card, so that a new folder in loaders/systems is a new subject here.
import type {Configuration, Scenario, SystemCard} from "../systems/system.ts";

export interface Subject {
  /** `engram`, `qdrant int8`: what records and pages call it. */
  name: string;
  card: SystemCard;
  configuration: Configuration;
}

/** Configurations that need no second word: what is had when nothing is said. */
const UNSAID = new Set(["default", "embedded"]);

export const subjectName = (card: SystemCard, {name}: Configuration) =>
  UNSAID.has(name) || card.configurations.length === 1 ? card.name : `${card.name} ${name}`;

export function subjectsOf(cards: readonly SystemCard[]): Subject[] {
  return cards.flatMap((card) =>
    card.configurations.map((configuration) => ({
      name: subjectName(card, configuration),
      card,
      configuration,
    })),
  );
}

export const takesPart = (scenario: Scenario) => (subject: Subject) =>
  subject.configuration.scenarios.includes(scenario);

/** engram in the given form, for one side of a comparison; undefined while it has no such form. */
export const oursIn = (subjects: readonly Subject[], form: Configuration["form"]) =>
  subjects.find(({card, configuration}) => card.name === "engram" && configuration.form === form);

export interface Pairing {
  ours: Subject;
  rival: Subject;
}

/** Every rival of a scenario beside engram in the rival's own form; rivals whose form engram lacks have none. */
export function pairings(subjects: readonly Subject[], scenario: Scenario): Pairing[] {
  const able = subjects.filter(takesPart(scenario));
  return able
    .filter(({card}) => card.name !== "engram")
    .flatMap((rival) => {
      const ours = oursIn(able, rival.configuration.form);
      return ours === undefined ? [] : [{ours, rival}];
    });
}
