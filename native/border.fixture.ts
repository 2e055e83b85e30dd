// Calls every entry point of the addon with values it was not made for. Whatever happens, it must be an exception
// with a code, or an answer, and never the end of the process. Used by border.test.ts, which reads the last line.
import {mkdtempSync, rmSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import fc from "fast-check";

const [seed = "1", runs = "500"] = process.argv.slice(2);
const addon = createRequire(import.meta.url)("./build/engram.node");
const directory = mkdtempSync(join(tmpdir(), "engram-border-"));
const engine = new addon.Engine(join(directory, "engine"), 0);
const space = await engine.space("test", 3);
await space.store(
  ["a", "b"],
  Float32Array.of(1, 0, 0, 0, 1, 0),
  new Float64Array(2),
  ["", ""],
  [{}, {}],
  Float64Array.of(1, 1),
  0,
  0,
  "",
);
const watch = space.watch(1, () => {});

const hostile = {
  get all() {
    throw new Error("a getter that throws");
  },
};
const detached = new Float32Array(4);
structuredClone(detached.buffer, {transfer: [detached.buffer]});
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    Symbol("s"),
    10n,
    () => 1,
    hostile,
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("a proxy that throws");
        },
      },
    ),
    new Proxy([], {
      get: () => {
        throw new Error("a proxy that throws");
      },
    }),
    detached,
    new Float32Array(new SharedArrayBuffer(12)),
    new Date(Number.NaN),
    Object.create(null),
    engine,
    space,
    watch,
    "\ud800",
    -0,
    Number.NaN,
    Infinity,
    2 ** 53,
    -1,
    new Array(1e6),
  ),
  fc.anything({
    maxDepth: 2,
    withTypedArray: true,
    withDate: true,
    withMap: true,
    withBigInt: true,
    withNullPrototype: true,
  }),
);
// What the entry points were made for, so that some arguments get past the first check.
const fitting = fc.oneof(
  fc.constantFrom<unknown>(
    "a",
    "b",
    "",
    ["a"],
    ["a", "b"],
    [],
    {},
    [{}],
    [{}, {}],
    Float32Array.of(1, 0, 0),
    Float32Array.of(1, 1),
    new Float64Array(2),
    Float64Array.of(1),
    new Uint32Array(2),
    {where: {key: "n", min: 1}},
    {at: 1, ordinal: 0},
  ),
  fc.integer({min: 0, max: 5}),
  fc.boolean(),
);
const value = fc.oneof(odd, fitting);

const skipped = new Set(["constructor", "close"]);
const objects = {engine, space, watch};
const calls = Object.entries(objects).flatMap(([name, object]) =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(object))
    .filter((method) => !skipped.has(method))
    .map((method) => ({name, object, method})),
);
const constructors = [addon.Engine, space.constructor, watch.constructor];
const others = ["jsonNumbers", "traceStart", "traceStop"].filter((name) => name in addon);

let thrown = 0;
let answered = 0;
const counts = new Map<string, number>();
async function attempt(name: string, call: () => unknown) {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  try {
    await call();
    answered += 1;
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`${name} threw ${String(error)}`);
    thrown += 1;
  }
}

await fc.assert(
  fc.asyncProperty(fc.array(value, {maxLength: 9}), fc.nat(), fc.nat(6), async (args, pick, how) => {
    if (how === 0) {
      const Class = constructors[pick % constructors.length];
      if (typeof args[0] === "string") args[0] = join(directory, "odd-engine"); // a path of its own, whatever is drawn
      await attempt("constructor", () => (pick % 2 === 0 ? new Class(...args) : Class(...args)));
      return;
    }
    if (how === 1) {
      const name = others[pick % others.length] as string;
      await attempt(name, () => addon[name](...args));
      return;
    }
    const {name, object, method} = calls[pick % calls.length] as (typeof calls)[number];
    // Now and then on the wrong object.
    const on = how === 2 ? [engine, space, watch, {}, null, 7][pick % 6] : object;
    const first = args[0];
    if (method === "backup" || method === "restore" || (name === "engine" && typeof first === "string"))
      args[0] = join(directory, "odd");
    await attempt(`${name}.${method}`, () => object[method].apply(on, args));
  }),
  {numRuns: Number(runs), seed: Number(seed), endOnFailure: true},
);
// After all that it still works.
await space.verify();
const {ordinals} = await space.recall(Float32Array.of(1, 0, 0), 1, 0, true, null);
watch.close();
await engine.close();
rmSync(directory, {recursive: true});
console.log(JSON.stringify({thrown, answered, entryPoints: counts.size, found: ordinals.length}));
