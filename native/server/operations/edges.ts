// Edges of the graph: link, unlink, list, and what spreads along them.
import type {Static} from "@sinclair/typebox";
import {ConflictError, type Space} from "../../engine.ts";
import {Threads} from "../in-thread.ts";
import {type Call, operation, writing} from "../operation.ts";
import {
  Activated,
  EdgeBatch,
  EdgeKeys,
  Edges,
  EpisodeParams,
  Reached,
  ReachInput,
  SpaceParams,
  SpreadInput,
  WriteQuery,
  Written,
} from "../schemas.ts";

type EdgeKey = Static<typeof EdgeKeys>["edges"][number];

/** The engine's batches are of one relation each. */
function byRelation<E extends EdgeKey>(edges: readonly E[]): E[][] {
  const groups = new Map<string, E[]>();
  for (const edge of edges) {
    const group = groups.get(edge.relation);
    if (group === undefined) groups.set(edge.relation, [edge]);
    else group.push(edge);
  }
  return [...groups.values()];
}

/** Links edges of one relation. Without a time they get the server's, unless the request came before: then the one
 *  they got first. */
async function link(
  call: Pick<Call<unknown, Static<typeof WriteQuery>, unknown>, "space" | "query" | "now" | "key">,
  edges: Static<typeof EdgeBatch>["edges"],
  at: number | undefined,
  step: number,
): Promise<{sequence: number}> {
  const {space, now, key} = call;
  const [first] = edges as [(typeof edges)[number]];
  const {relation} = first;
  const attempt = (time: number) =>
    space.linkBatch(
      {
        from: edges.map(({from}) => from),
        to: edges.map(({to}) => to),
        relation,
        weights: Float32Array.from(edges, ({weight}) => weight ?? 1),
        at: time,
      },
      writing(call, step),
    );
  try {
    return await attempt(at ?? now);
  } catch (error) {
    const there = space.edges(first.from).find((edge) => edge.to === first.to && edge.relation === relation);
    if (!(error instanceof ConflictError) || key === undefined || at !== undefined || there === undefined)
      throw error;
    return attempt(there.at);
  }
}

const SPREAD_LIMIT_DEFAULT = 100;
/** More hops reach so many that they are left to the pool. */
const IN_THREAD_HOPS_MAX = 2;
const threads = new Threads<Space>();

function reach(
  space: Space,
  body: Parameters<Space["reach"]>[0],
  bulk: boolean,
): Uint32Array | Promise<Uint32Array> {
  const thread = threads.of(space);
  return thread.may() && !bulk && body.hops <= IN_THREAD_HOPS_MAX
    ? thread.run(() => space.reachSync(body))
    : space.reach(body);
}

export const edgeOperations = [
  operation({
    id: "link",
    method: "POST",
    path: "/spaces/{space}/edges",
    summary: "Adds edges or sets their weights; both ends must exist. All or none for each relation.",
    verb: "write",
    cost: "write",
    params: SpaceParams,
    query: WriteQuery,
    body: EdgeBatch,
    answer: Written,
    async handle({body: {edges, at}, ...call}) {
      let sequence = 0;
      for (const [step, group] of byRelation(edges).entries())
        ({sequence} = await link(call, group, at, step));
      return {sequence};
    },
  }),
  operation({
    id: "unlink",
    method: "POST",
    path: "/spaces/{space}/edges/unlink",
    summary: "Removes edges. One that is not there is no error. All or none for each relation.",
    verb: "write",
    cost: "write",
    params: SpaceParams,
    query: WriteQuery,
    body: EdgeKeys,
    answer: Written,
    async handle({body: {edges}, ...call}) {
      let sequence = 0;
      for (const [step, group] of byRelation(edges).entries())
        ({sequence} = await call.space.unlinkBatch(
          {
            from: group.map(({from}) => from),
            to: group.map(({to}) => to),
            relation: (group[0] as EdgeKey).relation,
          },
          writing(call, step),
        ));
      return {sequence};
    },
  }),
  operation({
    id: "edges",
    method: "GET",
    path: "/spaces/{space}/episodes/{id}/edges",
    summary: "Edges that leave an episode, by relation and target.",
    verb: "read",
    cost: "point",
    params: EpisodeParams,
    answer: Edges,
    handle: ({space, params}) => ({edges: space.edges(params.id)}),
  }),
  operation({
    id: "spread",
    method: "POST",
    path: "/spaces/{space}/spread",
    summary: "Bounded spreading activation from seeds; strongest first, seeds included.",
    verb: "read",
    cost: "search",
    params: SpaceParams,
    body: SpreadInput,
    answer: Activated,
    async handle({space, body: {seeds, limit = SPREAD_LIMIT_DEFAULT, ...bounds}}) {
      const hits = await space.spread({
        seeds: {
          ids: seeds.map(({id}) => id),
          activations: Float32Array.from(seeds, ({activation}) => activation ?? 1),
        },
        ...bounds,
        limit,
      });
      return {
        active: hits.ids.map((id, i) => ({id, activation: hits.scores[i] as number})),
        truncated: hits.truncated,
      };
    },
  }),
  operation({
    id: "reach",
    method: "POST",
    path: "/spaces/{space}/reach",
    summary: "The distinct episodes within 1 to `hops` edges, without the start.",
    verb: "read",
    cost: "search",
    params: SpaceParams,
    body: ReachInput,
    answer: Reached,
    async handle({space, body: {ids = true, ...body}, bulk}) {
      const reached = await reach(space, body, bulk);
      return {count: reached.length, ids: ids ? space.ids(reached) : []};
    },
  }),
];
