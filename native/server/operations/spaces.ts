// Spaces: make, list, look at, keep.
import {join} from "node:path";
import type {Space} from "../../engine.ts";
import {RefusedError} from "../error.ts";
import {operation} from "../operation.ts";
import {
  BackupDone,
  BackupInput,
  Done,
  Restored,
  RestoreInput,
  SpaceInput,
  SpaceList,
  SpaceParams,
  SpaceStats,
  SpaceSummary,
} from "../schemas.ts";

async function statsOf(space: Space) {
  const {episodes, vectors, edges, concepts, bindings, pending, ...rest} = space.stats();
  const {logBytes, logSyncs, vectorBytes, indexBytes, sequence, durable} = rest;
  const digest = await space.digest();
  const {damage} = space;
  return {
    space: space.id,
    dimension: space.dimension,
    ...{episodes, vectors, edges, concepts, bindings, pending},
    ...{logBytes, logSyncs, vectorBytes, indexBytes, sequence, durable, digest},
    readOnly: damage && {code: damage.code, message: damage.message, remedy: damage.remedy},
  };
}

/** Names only: a client does not choose where on the disk. */
function backupPath(backups: string | undefined, name: string): string {
  if (backups === undefined)
    throw new RefusedError(
      409,
      "conflict",
      "the server has no directory for backups",
      "start it with --backups DIR",
    );
  return join(backups, name);
}

/** Work on the whole space that answers nothing but that it is done. */
function upkeep(id: string, summary: string, work: (space: Space) => Promise<void>) {
  return operation({
    id,
    method: "POST",
    path: `/spaces/{space}/${id}`,
    summary,
    verb: "admin",
    cost: "upkeep",
    params: SpaceParams,
    answer: Done,
    async handle({space}) {
      await work(space);
      return {done: true as const};
    },
  });
}

export const spaceOperations = [
  operation({
    id: "listSpaces",
    method: "GET",
    path: "/spaces",
    summary: "The spaces that the caller's key may see.",
    verb: "read",
    cost: "point",
    answer: SpaceList,
    handle: ({spaces, sees}) => ({
      spaces: [...spaces]
        .filter(({id}) => sees(id))
        .map(({id, dimension}) => ({space: id, dimension}))
        .sort((a, b) => (a.space < b.space ? -1 : 1)),
    }),
  }),
  operation({
    id: "makeSpace",
    method: "PUT",
    path: "/spaces/{space}",
    summary: "Makes a space; the same again changes nothing, but sets the quota it brings.",
    makesSpace: true,
    verb: "admin",
    cost: "upkeep",
    params: SpaceParams,
    body: SpaceInput,
    answer: SpaceSummary,
    async handle({spaces, params, body, quotas}) {
      const {id, dimension} = await spaces.make(params.space, body.dimension);
      if (body.quota !== undefined) quotas.set(id, body.quota);
      const quota = quotas.get(id);
      return {space: id, dimension, ...(quota === undefined ? {} : {quota})};
    },
  }),
  operation({
    id: "stats",
    method: "GET",
    path: "/spaces/{space}",
    summary: "What a space holds and how it is.",
    verb: "read",
    cost: "bulk", // the digest reads everything
    params: SpaceParams,
    answer: SpaceStats,
    handle: ({space}) => statsOf(space),
  }),
  operation({
    id: "backup",
    method: "POST",
    path: "/spaces/{space}/backup",
    summary: "Brings a backup up to all that was acknowledged: whole at first, then what is new.",
    verb: "admin",
    cost: "upkeep",
    params: SpaceParams,
    body: BackupInput,
    answer: BackupDone,
    handle: ({space, body, backups}) => space.backup(backupPath(backups, body.backup)),
  }),
  operation({
    id: "restore",
    method: "POST",
    path: "/spaces/{space}/restore",
    summary: "Makes a new space out of a backup, as of its end, of a record or of a time.",
    makesSpace: true,
    verb: "admin",
    cost: "upkeep",
    params: SpaceParams,
    body: RestoreInput,
    answer: Restored,
    handle: ({spaces, params, body: {backup, ...point}, backups}) =>
      spaces.restore(params.space, backupPath(backups, backup), point),
  }),
  upkeep("sync", "Makes everything acknowledged as async durable.", (space) => space.sync()),
  upkeep("snapshot", "Writes the whole state beside the log and drops the log it replaces.", (space) =>
    space.snapshot(),
  ),
  upkeep("verify", "Reads everything and compares ids, vectors, index and graph.", (space) => space.verify()),
];
