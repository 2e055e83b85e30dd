// Operations of many lines, as NDJSON or over a WebSocket.
import type {Change as EngineChange} from "../../engine.ts";
import {LINES_PER_WRITE_MAX} from "../limits.ts";
import {streamOperation} from "../operation.ts";
import {
  Change,
  Episode,
  EpisodeInput,
  LineStored,
  ScanStreamQuery,
  SpaceParams,
  WatchQuery,
  WriteQuery,
} from "../schemas.ts";
import {columns, wire} from "./episodes.ts";

const SCAN_STEP = 256;

export const streamOperations = [
  streamOperation({
    id: "scanStream",
    method: "GET",
    path: "/spaces/{space}/scan",
    summary: "All episodes in the order of their ids. Resume behind the last id that came, by `after`.",
    verb: "read",
    params: SpaceParams,
    query: ScanStreamQuery,
    answer: Episode,
    async *open({space, query: {after = "", embedding = false}, enter, signal}) {
      for (let last = after; !signal.aborted; ) {
        const release = await enter("bulk");
        const page = space.scan({after: last, limit: SCAN_STEP});
        release();
        for (const episode of page) yield wire(episode, embedding);
        const end = page.at(-1);
        if (end === undefined) return;
        last = end.id;
      }
    },
  }),
  streamOperation({
    id: "storeStream",
    method: "POST",
    path: "/spaces/{space}/store",
    summary:
      "Stores episodes line by line. Each answer says up to which line everything is durable: resume behind it.",
    verb: "write",
    params: SpaceParams,
    query: WriteQuery,
    line: EpisodeInput,
    answer: LineStored,
    async *open({space, query, now, enter}, lines) {
      let line = 0;
      for await (const group of lines)
        for (let start = 0; start < group.length; start += LINES_PER_WRITE_MAX) {
          const part = group.slice(start, start + LINES_PER_WRITE_MAX);
          const release = await enter("write");
          try {
            const {sequence} = await space.storeBatch(
              columns({episodes: part}, space.dimension, () => now),
              {...query, now},
            );
            line += part.length;
            yield {line, sequence};
          } finally {
            release();
          }
        }
    },
  }),
  streamOperation({
    id: "watch",
    method: "GET",
    path: "/spaces/{space}/watch",
    summary:
      "Every durable change in order, first what is past, then live. Resume at the last sequence that came plus one.",
    verb: "read",
    params: SpaceParams,
    query: WatchQuery,
    answer: Change,
    open: ({space, query: {from}, signal}) =>
      wireChanges(space.watch({signal, ...(from === undefined ? {} : {from})})),
  }),
];

/** Vectors as lists. */
async function* wireChanges(changes: AsyncIterable<EngineChange>) {
  for await (const change of changes)
    yield change.kind === "store"
      ? {
          ...change,
          episodes: change.episodes.map((episode) => ({
            ...episode,
            embedding: episode.embedding && Array.from(episode.embedding),
          })),
        }
      : change;
}
