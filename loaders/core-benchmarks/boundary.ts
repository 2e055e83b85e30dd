// What the way from TypeScript into the core and back costs: the same call against a space that holds one vector of
// two values, so that nearly nothing but the way is left. Runs in a process of its own; tinybench keeps the time.
import {rmSync} from "node:fs";
import {Bench} from "tinybench";
import {Engine} from "../../native/engine.ts";
import type {Finding} from "./finding.ts";

export interface BoundaryInput {
  directory: string;
  rounds: number;
  /** Time per task and round, ms. */
  time_ms: number;
}

const US_PER_MS = 1_000;

/** Median time per call, round by round; odd rounds go backwards. */
export async function main({directory, rounds, time_ms}: BoundaryInput): Promise<Finding[]> {
  const engine = await Engine.open(directory);
  try {
    const space = await engine.space("null", {dimension: 2});
    await space.store({id: "a", embedding: Float32Array.of(1, 0)});
    const [vector, ordinals, scores] = [Float32Array.of(0.6, 0.8), new Uint32Array(1), new Float32Array(1)];
    const prepared = space.prepareRecall({k: 1});
    prepared.vector.set(vector);
    const tasks: [string, () => unknown][] = [
      ["prepared recall", () => prepared.recall()],
      ["recallSync", () => space.recallSync({vector, k: 1}, ordinals, scores)],
      ["recall", () => space.recall({vector, k: 1})],
      ["get", () => space.get("a")],
      ["reachSync", () => space.reachSync({id: "a", hops: 1})],
    ];
    const found: Finding[] = [];
    for (let round = 0; round < rounds; round++) {
      const bench = new Bench({time: time_ms, warmupTime: time_ms / 4});
      for (const [name, call] of round % 2 === 0 ? tasks : tasks.toReversed()) bench.add(name, call);
      await bench.run();
      for (const {name, result} of bench.tasks) {
        if (!("latency" in result)) throw new Error(`${name} was not measured: ${result.state}`);
        const {p50, samplesCount} = result.latency; // not the mean: it holds what the scheduler gave to others
        found.push({
          subject: "engram",
          round,
          position: 0,
          metric: "boundary_us",
          label: name,
          unit: "µs",
          value: p50 * US_PER_MS,
          n: samplesCount,
        });
      }
    }
    return found;
  } finally {
    await engine.close();
    rmSync(directory, {recursive: true, force: true});
  }
}
