// The plan of a migration: which share of the sessions is served in the new way at each stage, and which sessions
// these are. A session's place is a hash of its id, so that every router draws it alike and nobody keeps a list.
import {createHash} from "node:crypto";

/** Ways to be served, oldest first; each migration goes from one to the next. */
export const WAYS = ["v1, similar", "v2, similar", "v2, blended"] as const;
export type Way = (typeof WAYS)[number];

export const MIGRATIONS = {
  api: {title: "API v1 to v2", from: "v1, similar", to: "v2, similar"},
  memory: {title: "episodic to dual memory", from: "v2, similar", to: "v2, blended"},
} as const satisfies Record<string, {title: string; from: Way; to: Way}>;
export type Migration = keyof typeof MIGRATIONS;

export interface Stage {
  name: string;
  migration: Migration;
  /** Percent of the sessions that are served in the new way. */
  share: number;
  /** The new way is asked beside the old one and compared; the old one's answer is returned. */
  shadow: boolean;
  /** What happens while it lasts. */
  event: "restart" | "consolidate" | null;
}

const LADDER = [1, 10, 50, 100];
/** While both ways are served. */
const RESTARTED_AT = 50;
const PERCENT = 100;
const HASHED = 2 ** 32;

/** All stages in order. `restarts`: how many in the middle of each migration. */
export function plan(restarts: number): Stage[] {
  const stages: Stage[] = [{name: "quiet", migration: "api", share: 0, shadow: false, event: null}];
  for (const migration of ["api", "memory"] as const) {
    const add = (what: string, share: number, more: Partial<Stage> = {}) =>
      stages.push({name: `${migration}: ${what}`, migration, share, shadow: false, event: null, ...more});
    if (migration === "memory") add("consolidating", 0, {event: "consolidate"});
    add("shadow", 0, {shadow: true});
    for (const share of LADDER) {
      add(`${share} %`, share);
      if (share === RESTARTED_AT)
        for (let turn = 1; turn <= restarts; turn++)
          add(`restart ${turn} at ${share} %`, share, {event: "restart"});
    }
    add("back to 0 %", 0);
    add("again 100 %", PERCENT);
  }
  return stages;
}

/** A session's place in [0, 100). */
export function placeOf(session: string): number {
  return (createHash("sha256").update(session).digest().readUInt32LE(0) / HASHED) * PERCENT;
}

export function wayOf({migration, share}: Stage, place: number): Way {
  return place < share ? MIGRATIONS[migration].to : MIGRATIONS[migration].from;
}
