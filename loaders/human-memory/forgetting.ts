// What is left of a memory, as the engine itself answers it: an episode is stored in a space, time passes by argument,
// and the confidence of the very same cue is read. No formula of forgetting stands on this side of the engine.
import type {Engine, MemorySettings, Space} from "../../native/engine.ts";

export type Decay = NonNullable<MemorySettings["decay"]>;

/** The cue is the episode's own vector, so that nothing but time lowers the confidence. */
const CUE = Float32Array.of(1, 0);
const WRITE = {durability: "async"} as const;

async function left(space: Space, now: number): Promise<number> {
  const {hits} = await space.memory.answer({vector: CUE}, {mode: "similar", k: 1, exact: true, now});
  const [hit] = hits;
  if (hit === undefined) throw new Error("the episode is not there; it was stored before");
  return hit.confidence;
}

const store = (space: Space) => space.store({id: "told", embedding: CUE, at: 0}, WRITE);

/** One memory, learnt at time 0 and rehearsed `accesses` times at once. */
export class Forgetting {
  private constructor(private readonly space: Space) {}

  static async begin(engine: Engine, accesses = 0): Promise<Forgetting> {
    const space = await engine.space(`rehearsed-${accesses}`, {dimension: CUE.length});
    if (space.get("told") === undefined) {
      await store(space);
      for (let access = 0; access < accesses; access++) await space.memory.touch(["told"], 0, WRITE);
    }
    return new Forgetting(space);
  }

  /** Shares left after each delay (ms), 0…1, in the engine's single precision. */
  async retention(decay: Decay, delays_ms: readonly number[]): Promise<number[]> {
    await this.space.memory.configure({decay}, WRITE);
    const shares: number[] = [];
    for (const delay of delays_ms) shares.push(await left(this.space, delay));
    return shares;
  }
}

/** Shares left after each delay where nobody ever configured the space: the engine's defaults. */
export async function byDefault(engine: Engine, delays_ms: readonly number[]): Promise<number[]> {
  const space = await engine.space("untouched", {dimension: CUE.length});
  if (space.get("told") === undefined) await store(space);
  const shares: number[] = [];
  for (const delay of delays_ms) shares.push(await left(space, delay));
  return shares;
}

/** Share left `delay_ms` after a second learning that came `gap_ms` after the first. */
export async function afterGap(
  engine: Engine,
  decay: Decay,
  gap_ms: number,
  delay_ms: number,
): Promise<number> {
  const space = await engine.space("spaced", {dimension: CUE.length});
  await space.memory.configure({decay}, WRITE);
  await space.forget(["told"], WRITE);
  await store(space);
  await space.memory.touch(["told"], gap_ms, WRITE);
  return left(space, gap_ms + delay_ms);
}
