// Spaces: make, list, look at, keep.
import type {Space} from "../../engine.ts";
import {operation} from "../operation.ts";
import {Done, SpaceInput, SpaceList, SpaceParams, SpaceStats, SpaceSummary} from "../schemas.ts";

async function statsOf(space: Space) {
  const {episodes, vectors, edges, logBytes, logSyncs, vectorBytes, indexBytes, sequence, durable} =
    space.stats();
  const digest = await space.digest();
  const {damage} = space;
  return {
    space: space.id,
    dimension: space.dimension,
    ...{episodes, vectors, edges, logBytes, logSyncs, vectorBytes, indexBytes, sequence, durable, digest},
    readOnly: damage && {code: damage.code, message: damage.message, remedy: damage.remedy},
  };
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
    summary: "Makes a space; the same again changes nothing.",
    makesSpace: true,
    verb: "admin",
    cost: "upkeep",
    params: SpaceParams,
    body: SpaceInput,
    answer: SpaceSummary,
    async handle({spaces, params, body}) {
      const {id, dimension} = await spaces.make(params.space, body.dimension);
      return {space: id, dimension};
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
  upkeep("sync", "Makes everything acknowledged as async durable.", (space) => space.sync()),
  upkeep("snapshot", "Writes the whole state beside the log and drops the log it replaces.", (space) =>
    space.snapshot(),
  ),
  upkeep("verify", "Reads everything and compares ids, vectors, index and graph.", (space) => space.verify()),
];
