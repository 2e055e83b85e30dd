// One trial of a fault, and what a set of them comes to.
export interface Trial {
  harness: string;
  /** Where it struck: a call and its number, a file system, … */
  place: string;
  effect: string;
  /** Whether the fault was seen to happen; a trial without its fault proves nothing. */
  happened: boolean;
  acknowledged: number;
  violation: string | null;
}

export interface Summary {
  harness: string;
  trials: number;
  happened: number;
  acknowledged: number;
  violations: number;
  /** Of a planted fault: the first place that found it. */
  controls: Record<string, string | null>;
}

export function summarise(harness: string, trials: readonly Trial[], controls: readonly Control[]): Summary {
  return {
    harness,
    trials: trials.length,
    happened: trials.filter(({happened}) => happened).length,
    acknowledged: trials.reduce((sum, {acknowledged}) => sum + acknowledged, 0),
    violations: trials.filter(({violation}) => violation !== null).length,
    controls: Object.fromEntries(controls.map(({name, caughtBy}) => [name, caughtBy])),
  };
}

/** A planted fault that the harness must find. */
export interface Control {
  name: string;
  caughtBy: string | null;
}

/** Whether every fault struck, none did harm, and every planted one was found. */
export function passes({trials, happened, violations, controls}: Summary): boolean {
  return (
    trials > 0 &&
    happened === trials &&
    violations === 0 &&
    Object.values(controls).every((caughtBy) => caughtBy !== null)
  );
}
