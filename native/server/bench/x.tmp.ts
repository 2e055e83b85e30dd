import {mkdtempSync} from "node:fs";
import {Engine} from "../../engine.ts";

const [vectors, dimension] = [10000, 384];
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const next = random(1);
const centres = Float32Array.from({length: 64 * dimension}, () => next() - 0.5);
const data = Float32Array.from({length: vectors * dimension}, (_, i) => {
  const c = Math.floor(i / dimension) % 64;
  return (centres[c * dimension + (i % dimension)] ?? 0) + 0.6 * (next() - 0.5);
});
const engine = await Engine.open(mkdtempSync("/tmp/clients/x-"), {durability: "async"});
const space = await engine.space("bench", {dimension});
await space.storeBatch({ids: Array.from({length: vectors}, (_, i) => `episode-${i}`), embeddings: data});
const cues = Array.from({length: 256}, (_, i) =>
  Float32Array.from(data.subarray(i * dimension, (i + 1) * dimension), (v) => v + 0.2 * (next() - 0.5)),
);
const o = new Uint32Array(10),
  s = new Float32Array(10);
for (let r = 0; r < 4; r++) {
  let t = process.cpuUsage();
  const N = 20000;
  for (let i = 0; i < N; i++) space.recallSync({vector: cues[i % 256] as Float32Array, k: 10}, o, s);
  let u = process.cpuUsage(t);
  console.log("recallSync µs", (u.user + u.system) / N);
  t = process.cpuUsage();
  for (let i = 0; i < N; i++) space.ids(o);
  u = process.cpuUsage(t);
  console.log("ids µs", (u.user + u.system) / N);
}
process.exit();
