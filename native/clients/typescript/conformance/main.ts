// The TypeScript client's side of the conformance suite: a command a line in, a reply a line out.
import {createInterface} from "node:readline";
import type {Command, Reply, Warning} from "../../conformance/case.ts";
import {
  BusyError,
  CancelledError,
  Client,
  ConflictError,
  ConnectionError,
  type Deprecation,
  EngramError,
  InvalidArgumentError,
  NotFoundError,
  PermissionError,
  ServerError,
  StorageError,
  TimeoutError,
} from "../src/index.ts";

const KINDS = {
  invalid_argument: InvalidArgumentError,
  permission: PermissionError,
  not_found: NotFoundError,
  conflict: ConflictError,
  busy: BusyError,
  storage: StorageError,
  server: ServerError,
  connection: ConnectionError,
  timeout: TimeoutError,
  cancelled: CancelledError,
};

async function first<T>(stream: AsyncIterable<T>, most = Number.POSITIVE_INFINITY): Promise<T[]> {
  const values: T[] = [];
  if (most === 0) return values;
  for await (const value of stream) if (values.push(value) >= most) break;
  return values;
}

// biome-ignore lint/suspicious/noExplicitAny: the suite's arguments are the methods' own, whatever they are
type Arguments = any;

async function perform(
  client: Client,
  {call, space = "", args, take}: Command,
  signal: AbortSignal,
): Promise<unknown> {
  const at = client.space(space);
  const {memory} = at;
  const own: Arguments = args;
  switch (call) {
    case "spaces":
      return client.spaces({signal});
    case "ready":
      return client.ready({signal});
    case "make":
      return at.make(own.dimension, {signal});
    case "stats":
      return at.stats({signal});
    case "store":
      return at.store(own.episode, {signal, durability: own.durability});
    case "storeBatch":
      return at.storeBatch(own.episodes, {signal, durability: own.durability});
    case "get":
      return at.get(own.id, {signal, embedding: own.embedding});
    case "scan":
      return first(at.scan({...own, signal}), take);
    case "page":
      return at.page({...own, signal});
    case "forget":
      return at.forget(own.ids, {signal, weaken: own.weaken});
    case "delete":
      return at.delete(own.id, {signal});
    case "link":
      return at.link(own.edges, {signal});
    case "unlink":
      return at.unlink(own.edges, {signal});
    case "edges":
      return at.edges(own.id, {signal});
    case "recall": {
      const {vector, ...options} = own;
      return at.recall(vector, {...options, signal});
    }
    case "spread":
      return at.spread(own, {signal});
    case "reach":
      return at.reach(own, {signal});
    case "sync":
      return at.sync({signal});
    case "snapshot":
      return at.snapshot({signal});
    case "verify":
      return at.verify({signal});
    case "backup":
      return at.backup(own.backup, {signal});
    case "restore":
      return at.restore(own.backup, {...own, signal});
    case "watch":
      return first(at.watch({...own, signal}), take);
    case "answer":
      return memory.answer(own, {signal});
    case "consolidate":
      return memory.consolidate(own, {signal});
    case "concepts":
      return memory.concepts({...own, signal});
    case "complete":
      return memory.complete(own.vector, {known: own.known, signal});
    case "recognise":
      return memory.recognise(own.vector, {signal});
    case "access":
      return memory.access(own.ids, {at: own.at, signal});
    default:
      throw new Error(`no call is named "${call}"`);
  }
}

function told(error: unknown): Reply {
  if (!(error instanceof EngramError)) throw error;
  const kind = Object.entries(KINDS).find(([, Class]) => error instanceof Class)?.[0] ?? "unknown";
  const {code, status, attempts, message, remedy} = error;
  return {error: {kind, code, status, attempts, message, remedy}};
}

let client: Client | undefined;
let warnings: Warning[] = [];
const onDeprecated = ({operation, since, sunset, successor}: Deprecation) => {
  warnings.push({operation, since: since?.getTime() ?? null, sunset: sunset?.getTime() ?? null, successor});
};
for await (const line of createInterface({input: process.stdin})) {
  const command = JSON.parse(line) as Command;
  if (command.client !== undefined) {
    const {url, key, timeoutMs, retries, baseMs, version = "v1"} = command.client;
    client = new Client({
      url,
      ...(key === null ? {} : {key}),
      timeoutMs,
      version,
      retry: {retries, baseMs},
      onDeprecated,
    });
  }
  warnings = [];
  const cancelling = new AbortController();
  const timer =
    command.cancelAfterMs === undefined
      ? undefined
      : setTimeout(() => cancelling.abort(), command.cancelAfterMs);
  const reply: Reply = await perform(client as Client, command, cancelling.signal).then(
    (value) => ({value}),
    told,
  );
  clearTimeout(timer);
  process.stdout.write(`${JSON.stringify({...reply, warnings})}\n`);
}
