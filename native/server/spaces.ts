// The spaces of the engine, open by name: what a path's {space} becomes.
import {closeSync, existsSync, openSync, readSync} from "node:fs";
import {join} from "node:path";
import {ConflictError, type Engine, NotFoundError, type Space} from "../engine.ts";
import {RefusedError} from "./error.ts";

/** Where the dimension stands in a space's settings; FORMAT.md, "space". */
const DIMENSION_OFFSET_BYTES = 12;

function dimensionOf(directory: string, id: string): number | undefined {
  const path = join(directory, id, "space");
  if (!existsSync(path)) return undefined;
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(4);
    return readSync(file, bytes, 0, bytes.length, DIMENSION_OFFSET_BYTES) === bytes.length
      ? bytes.readUInt32LE(0)
      : undefined;
  } finally {
    closeSync(file);
  }
}

export class Spaces {
  readonly #open = new Map<string, Space>();

  #engine: Engine | undefined;

  /** Opens every space of the engine. A damaged one opens read-only; one that does not open at all fails here. */
  async open(engine: Engine, directory: string): Promise<void> {
    this.#engine = engine;
    for (const id of engine.spaces()) {
      const dimension = dimensionOf(directory, id);
      if (dimension !== undefined) this.#open.set(id, await engine.space(id, {dimension}));
    }
  }

  get(id: string): Space {
    const space = this.#open.get(id);
    if (space === undefined)
      throw new NotFoundError(`there is no space "${id}"`, "not_found", "make it: PUT /v1/spaces/{space}");
    return space;
  }

  /** Makes the space, or finds it as it is. Errors: it has another dimension. */
  async make(id: string, dimension: number): Promise<Space> {
    const known = this.#open.get(id);
    if (known !== undefined && known.dimension !== dimension)
      throw new ConflictError(
        `space "${id}" has dimension ${known.dimension}, not ${dimension}`,
        "conflict",
        "use it with its own dimension, or take another name",
      );
    if (this.#engine === undefined)
      throw new RefusedError(503, "closed", "the engine is not open", "try again after Retry-After", 1);
    const space = known ?? (await this.#engine.space(id, {dimension}));
    this.#open.set(id, space);
    return space;
  }

  [Symbol.iterator](): Iterator<Space> {
    return this.#open.values();
  }
}
