// Every limit of the server as a named constant, units last.

/** Of the log that a snapshot has replaced: for watchers that were away. */
export const LOG_RETAIN_BYTES = 64 << 20;
/** A space is written whole when the log behind its last snapshot is this long, and as long as its index. */
export const COMPACTION_LOG_BYTES = 64 << 20;
export const COMPACTION_CHECK_MS = 5_000;
/** How long a restart waits for the snapshots of the server that goes. */
export const PREPARE_TIMEOUT_MS = 30_000;
/** Steps of one write get keys of their own behind it. */
export const IDEMPOTENCY_KEY_MAX_BYTES = 200;
/** One request with a vector or a few ids. */
export const BODY_MAX_BYTES = 1 << 20;
/** One batch. */
export const BATCH_BODY_MAX_BYTES = 32 << 20;
export const HEADERS_MAX_BYTES = 16 << 10;
/** Nesting of a JSON body: episodes in a batch, attributes in an episode. */
export const JSON_DEPTH_MAX = 16;

export const HEADERS_TIMEOUT_MS = 10_000;
/** A request must have arrived whole by then, however slowly. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** A connection with nothing to do is closed after that. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How often slow connections are looked for. */
export const CONNECTIONS_CHECK_MS = 1_000;
export const CONNECTIONS_MAX = 12_000;

/** One line of NDJSON, or one message of a WebSocket. */
export const LINE_MAX_BYTES = 1 << 20;
/** Lines stored in one operation of the log. */
export const LINES_PER_WRITE_MAX = 256;
/** Messages of one WebSocket that wait to be handled; beyond, its socket is not read. */
export const SOCKET_WAITING_MAX = 16;
/** Bytes that wait for a reader of a stream; beyond, nothing more is made for it. */
export const OUTGOING_MAX_BYTES = 1 << 20;
/** A reader that takes nothing for so long is cut off. */
export const STALLED_READER_MS = 30_000;
/** How often a stream of lines that has nothing to tell says so by an empty line. */
export const LINE_HEARTBEAT_MS = 5_000;
/** How often a WebSocket must show that its other end lives. */
export const HEARTBEAT_MS = 20_000;

export const BATCH_MAX_ITEMS = 10_000;
export const SCAN_PAGE_MAX_ITEMS = 1_000;
export const RECALL_K_DEFAULT = 10;
/** Two recalls in a row that took longer in the serving thread send the next ones of their space to the pool. */
export const IN_THREAD_MAX_MS = 1;
export const IN_THREAD_REST_REQUESTS = 64;
/** How often the recalls that were answered below Node are counted. */
export const PLAIN_TOLD_MS = 250;
export const RECALL_K_MAX = 1_000;
export const EF_MAX = 100_000;

/** Bytes of all bodies that are being received, over all connections. */
export const BODIES_MAX_BYTES = 256 << 20;

/** Requests that wait while the engine opens. */
export const HELD_MAX_REQUESTS = 1_024;
/** Of those, how many are let in at once when it is open: less than may wait for one space of any class. */
export const HELD_AT_ONCE_REQUESTS = 128;
/** The next of them is let in after that, whatever the one before does. */
export const HELD_TURN_MS = 1_000;
/** A server that drains closes the connections that are left when none has brought a request for so long. */
export const LAME_DUCK_MS = 100;
/** How long a drain waits for requests under way. */
export const DRAIN_TIMEOUT_MS = 15_000;

/** What each class of cost may have running, waiting, and waiting for one space; how long one waits. */
export const ADMISSION = {
  point: {running: 256, waiting: 1_024, waitingPerSpace: 512, waitMs: 1_000},
  search: {running: 32, waiting: 512, waitingPerSpace: 256, waitMs: 1_000},
  write: {running: 128, waiting: 1_024, waitingPerSpace: 512, waitMs: 2_000},
  bulk: {running: 4, waiting: 32, waitingPerSpace: 16, waitMs: 5_000},
  stream: {running: 512, waiting: 0, waitingPerSpace: 0, waitMs: 0},
  upkeep: {running: 2, waiting: 8, waitingPerSpace: 4, waitMs: 10_000},
} as const;
