// A writer that tells its parent of each acknowledged store, until it is killed. Used by engine.test.ts.
import {Engine} from "./engine.ts";

const [directory = "", round = ""] = process.argv.slice(2);
const space = await (await Engine.open(directory)).space("test", {dimension: 3});
for (let index = 0; ; index++) {
  const ids = Array.from({length: 4}, (_, lane) => `r${round}-${index}-${lane}`);
  await Promise.all(
    ids.map(async (id) => {
      await space.store(
        {id, embedding: Float32Array.of(1, index + 1, 0)},
        {durability: index % 2 === 0 ? "fsync" : "group"},
      );
      process.send?.(id);
    }),
  );
}
