// How a population of sessions is moved from one way of asking to another, in stages: who is moved when, and what of it
// must hold afterwards.
import {fnv1a64} from "../lab/statistics/random.ts";

export interface Stage {
  name: string;
  /** Of the sessions, how many are asked for by the new way: 0…1. */
  share: number;
  /** The new way is asked beside the old one, and its answer only compared. */
  shadow?: boolean;
  /** Concepts are formed at its beginning. */
  consolidate?: boolean;
  /** The server is restarted at its beginning, behind the same port. */
  restart?: boolean;
}

/** Before, the steps of a careful roll-out, back, and forth again; then so many restarts. */
export function plan(restarts: number): Stage[] {
  return [
    {name: "before", share: 0},
    {name: "forming concepts", share: 0, consolidate: true},
    {name: "shadow", share: 0, shadow: true},
    {name: "1 %", share: 0.01},
    {name: "10 %", share: 0.1},
    {name: "50 %", share: 0.5},
    {name: "100 %", share: 1},
    {name: "rolled back", share: 0},
    {name: "100 % again", share: 1},
    ...Array.from({length: restarts}, (_, i) => ({name: `restart ${i + 1}`, share: 1, restart: true})),
  ];
}

const HASHES = 2 ** 64;

/** Whether a session is among the share that is moved: by its name alone, so that a larger share holds all of a smaller
 *  one and no session goes back and forth. */
export function isMoved(session: string, share: number): boolean {
  // FNV's low bits are the better mixed ones; the high ones decide here.
  const mixed = (fnv1a64(`${session} `) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn;
  return Number(mixed) / HASHES < share;
}

/** One request: which session's, in which stage, and whether it went the new way. */
export interface Route {
  session: string;
  stage: number;
  moved: boolean;
}

/** Sessions that did not stay where they were: moved both ways within a stage, or back though the share did not fall. */
export function flipped(routes: readonly Route[], stages: readonly Stage[]): string[] {
  const last = new Map<string, Route>();
  const found = new Set<string>();
  for (const route of routes) {
    const before = last.get(route.session);
    last.set(route.session, route);
    if (before === undefined || before.moved === route.moved) continue;
    const [was, is] = [stages[before.stage]?.share ?? 0, stages[route.stage]?.share ?? 0];
    if (before.stage === route.stage || (route.moved ? is <= was : is >= was)) found.add(route.session);
  }
  return [...found];
}

export interface Reconciled {
  /** Acknowledged and not there. */
  lost: string[];
  /** There, though nobody was told so: done twice, or done and answered with an error. */
  extra: string[];
}

/** The client's own ledger against what the server lists. `unsure`: writes whose answer never came may be there. */
export function reconcile(
  acknowledged: ReadonlySet<string>,
  unsure: number,
  present: readonly string[],
): Reconciled {
  const there = new Set(present);
  const extra = present.filter((id) => !acknowledged.has(id));
  return {
    lost: [...acknowledged].filter((id) => !there.has(id)),
    extra: extra.slice(Math.min(unsure, extra.length)),
  };
}
