// The client's ledger: what was asked, how each session was served, and what the server acknowledged. At the end it is
// laid beside what the server holds; what does not reconcile is named.
import {type Stage, WAYS, type Way} from "./rollout.ts";

/** What the server holds of an episode. */
export interface Held {
  id: string;
  content: string;
  strength: number;
}

export interface Finding {
  kind: "lost" | "effect" | "flip" | "unread";
  /** What and where. */
  about: string;
}

/** Each weakening halves: how often it was done can be read from the strength, exactly. */
export const WEAKENED_BY = 0.5;

interface Written {
  content: string;
  sequence: number;
  /** Acknowledged weakenings, each under a key of its own. */
  weakened: number;
  /** One of its weakenings has no known outcome. */
  unsure: boolean;
}

export class Ledger {
  readonly #written = new Map<string, Written>();
  /** Way by session, stage after stage. */
  readonly #served: Map<number, Way>[];
  readonly #flips: Finding[] = [];
  readonly #effects: Finding[] = [];
  readonly #unread: Finding[] = [];
  repeated = 0;
  readBack = 0;

  constructor(private readonly stages: readonly Stage[]) {
    this.#served = stages.map(() => new Map());
  }

  get writes(): number {
    return this.#written.size;
  }

  /** How many sessions each way served at a stage. */
  sessionsAt(stage: number, way: Way): number {
    return [...(this.#served[stage]?.values() ?? [])].filter((one) => one === way).length;
  }

  /** A session was answered in this way. Two ways within one stage are a flip. */
  served(session: number, stage: number, way: Way): void {
    const known = this.#served[stage]?.get(session);
    if (known === undefined) this.#served[stage]?.set(session, way);
    else if (known !== way)
      this.#flips.push({
        kind: "flip",
        about: `session ${session} at ${this.#name(stage)}: ${known}, then ${way}`,
      });
  }

  /** A store was acknowledged. */
  acknowledged(id: string, content: string, sequence: number): void {
    this.#written.set(id, {content, sequence, weakened: 0, unsure: false});
  }

  /** A weakening of it was acknowledged, or came to no known end. */
  weakened(id: string, acknowledged: boolean): void {
    const written = this.#written.get(id);
    if (written === undefined)
      throw new RangeError(`"${id}" was weakened, and never acknowledged: store it first`);
    if (acknowledged) written.weakened++;
    else written.unsure = true;
  }

  /** The same request again, under the same key: it must be answered as it was. */
  answeredAgain(about: string, first: number, again: number): void {
    this.repeated++;
    if (first !== again)
      this.#effects.push({
        kind: "effect",
        about: `${about}: written as ${first}, and repeated as ${again}`,
      });
  }

  /** A session asked for what it had written before. `content`: what it got, or nothing. */
  read(session: number, id: string, content: string | undefined): void {
    this.readBack++;
    if (content !== this.#written.get(id)?.content)
      this.#unread.push({kind: "unread", about: `session ${session} asked for its own ${id}: ${content}`});
  }

  /** All that does not reconcile with what is held at the end. */
  audit(held: Iterable<Held>): Finding[] {
    const found = new Map<string, Held>();
    for (const one of held) found.set(one.id, one);
    const findings: Finding[] = [];
    for (const [id, {content, sequence, weakened, unsure}] of this.#written) {
      const one = found.get(id);
      if (one === undefined || one.content !== content) {
        const instead = one === undefined ? "is not there" : `holds "${one.content}"`;
        findings.push({kind: "lost", about: `${id}, acknowledged as ${sequence}, ${instead}`});
      } else if (!unsure && one.strength !== WEAKENED_BY ** weakened)
        findings.push({
          kind: "effect",
          about: `${id} was weakened ${weakened} times; its strength is ${one.strength}`,
        });
    }
    return [...findings, ...this.#effects, ...this.#unread, ...this.#flips, ...this.#reversals()];
  }

  /** While the share rises or stays, no session goes back; while it falls, none goes forward. */
  #reversals(): Finding[] {
    return this.stages.slice(1).flatMap((stage, at) => {
      const before = this.stages[at] as Stage;
      if (stage.migration !== before.migration) return [];
      return [...(this.#served[at + 1] ?? [])].flatMap(([session, way]): Finding[] => {
        const was = this.#served[at]?.get(session);
        if (was === undefined || was === way) return [];
        const forward = WAYS.indexOf(way) > WAYS.indexOf(was);
        const meant = forward ? stage.share > before.share : stage.share < before.share;
        return meant
          ? []
          : [{kind: "flip", about: `session ${session}: ${was} at ${before.name}, ${way} at ${stage.name}`}];
      });
    });
  }

  #name(stage: number): string {
    return this.stages[stage]?.name ?? `stage ${stage}`;
  }
}
