// The spaces of the engine, open by name: what a path's {space} becomes.
import {ConflictError, type Engine, NotFoundError, type Restored, type Space} from "../engine.ts";
import {RefusedError} from "./error.ts";

export class Spaces {
  readonly #open = new Map<string, Space>();

  #engine: Engine | undefined;
  readonly #watchers: ((space: Space) => void)[] = [];

  /** Called with every space that opens from now on, perhaps more than once. */
  whenOpened(watcher: (space: Space) => void): void {
    this.#watchers.push(watcher);
  }

  #keep(id: string, space: Space): void {
    this.#open.set(id, space);
    for (const watcher of this.#watchers) watcher(space);
  }

  /** Opens every space of the engine. A damaged one opens read-only; one that does not open at all fails here. */
  async open(engine: Engine): Promise<void> {
    this.#engine = engine;
    for (const id of engine.spaces()) this.#keep(id, await engine.space(id));
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
    const space = known ?? (await this.engine.space(id, {dimension}));
    this.#keep(id, space);
    return space;
  }

  /** Makes a new space out of a backup. Errors: the engine's. */
  async restore(id: string, backup: string, point: {sequence?: number; time?: number}): Promise<Restored> {
    const restored = await this.engine.restore(id, backup, point);
    this.#keep(id, await this.engine.space(id));
    return restored;
  }

  get engine(): Engine {
    if (this.#engine === undefined)
      throw new RefusedError(503, "closed", "the engine is not open", "try again after Retry-After", 1);
    return this.#engine;
  }

  [Symbol.iterator](): Iterator<Space> {
    return this.#open.values();
  }
}
