// The reader's own copy of the records: Parquet files fetched once, their SHA-256 compared with the
// published one, and loaded into DuckDB in this browser. Nothing here runs before a reader asks for it.
import type {DuckDBClient} from "npm:@observablehq/duckdb";
import type {Table} from "npm:apache-arrow";

export interface Checksum {
  file: string;
  bytes: number;
  sha256: string;
  /** null: this browser cannot compute checksums on this page (no secure context). */
  matches: boolean | null;
}

export interface Database {
  client: DuckDBClient;
  checksums: Checksum[];
}

export interface Records {
  /** Tells what is being done while it opens. */
  open(say?: (doing: string) => void): Promise<Database>;
}

interface Published {
  files: {path: string; bytes: number; sha256: string}[];
}

const hex = (buffer: ArrayBuffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function fetched(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`${url} cannot be read (${response.status}); serve the whole published folder`);
  return response.arrayBuffer();
}

/** The site's root: this module is served from `_import/components/`. */
const SITE = new URL("../../", import.meta.url).href;

let published: Promise<Published> | undefined;

/** The site's own list of its data files and their checksums. */
export function publishedFiles(): Promise<Published> {
  published ??= fetched(`${SITE}checksums.json`).then((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
  return published;
}

/** Fetches one published file and compares its checksum. */
export async function read(
  entry: Published["files"][number],
): Promise<{bytes: ArrayBuffer; checksum: Checksum}> {
  const bytes = await fetched(`${SITE}${entry.path}`);
  // Browsers offer checksums over https and on this machine only.
  const actual = crypto.subtle === undefined ? null : hex(await crypto.subtle.digest("SHA-256", bytes));
  const matches = actual === null ? null : actual === entry.sha256;
  if (matches === false)
    throw new Error(
      `${entry.path} is not the file that was published: its SHA-256 is ${actual?.slice(0, 12)}…, not ${entry.sha256.slice(0, 12)}…`,
    );
  return {bytes, checksum: {file: entry.path, bytes: bytes.byteLength, sha256: entry.sha256, matches}};
}

async function arrowTable(bytes: ArrayBuffer): Promise<Table> {
  const [arrow, parquet] = await Promise.all([import("npm:apache-arrow"), import("npm:parquet-wasm")]);
  await parquet.default({module_or_path: import.meta.resolve("npm:parquet-wasm/esm/parquet_wasm_bg.wasm")});
  return arrow.tableFromIPC(parquet.readParquet(new Uint8Array(bytes)).intoIPCStream());
}

/** Tables of a run, as files: `data/<experiment>/<table>.parquet`. */
const TABLES = ["run", "blocks", "requests", "observations"];

const opened = new Map<string, Promise<Database>>();

async function load(names: string[] | null, say: (doing: string) => void): Promise<Database> {
  say("reading the records");
  const {files} = await publishedFiles();
  const wanted = files.filter(
    ({path}) =>
      /^data\/.*\.parquet$/.test(path) &&
      (names === null || names.some((name) => path.startsWith(`data/${name}/`))),
  );
  if (wanted.length === 0)
    throw new Error(`no records of ${names?.join(", ") ?? "any experiment"} are published here`);
  const [views, ...parts] = await Promise.all([fetched(`${SITE}data/views.json`), ...wanted.map(read)]);
  say("starting DuckDB");
  const [{DuckDBClient: Client}, ...tables] = await Promise.all([
    import("npm:@observablehq/duckdb"),
    ...parts.map(({bytes}) => arrowTable(bytes)),
  ]);
  say("loading the records into DuckDB");
  const client = await Client.of(
    Object.fromEntries(wanted.map(({path}, index) => [path, tables[index] as Table])),
  );
  for (const table of TABLES) {
    const own = wanted.filter(({path}) => path.endsWith(`/${table}.parquet`));
    const rows = own.map(({path}) => `SELECT * FROM "${path}"`).join(" UNION ALL BY NAME ");
    await client.query(`CREATE TABLE stored_${table} AS ${rows}`);
    for (const {path} of own) await client.query(`DROP TABLE "${path}"`);
  }
  // The same views that the lab's own SQL runs against.
  for (const view of JSON.parse(new TextDecoder().decode(views)) as string[]) await client.query(view);
  return {client, checksums: parts.map(({checksum}) => checksum)};
}

function records(key: string, names: string[] | null): Records {
  return {
    open(say = () => undefined) {
      const opening =
        opened.get(key) ??
        load(names, say).catch((error) => {
          opened.delete(key); // the next click tries again
          throw error;
        });
      opened.set(key, opening);
      return opening;
    },
  };
}

/** The records of one experiment (`006-latency-tail`); opened once per page, when first asked for. */
export function recordsOf(name: string): Records {
  return records(name, [name]);
}

/** The records of all experiments in one database. */
export function allRecords(): Records {
  return records("", null);
}
