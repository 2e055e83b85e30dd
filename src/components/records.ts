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

async function read(entry: Published["files"][number]): Promise<{bytes: ArrayBuffer; checksum: Checksum}> {
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

const opened = new Map<string, Promise<Database>>();

async function load(name: string, say: (doing: string) => void): Promise<Database> {
  say("reading the records");
  const {files} = await publishedFiles();
  const own = files.filter(({path}) => path.startsWith(`data/${name}/`) && path.endsWith(".parquet"));
  if (own.length === 0) throw new Error(`no records of ${name} are published here`);
  const parts = await Promise.all(own.map(read));
  say("starting DuckDB");
  const [{DuckDBClient: Client}, ...tables] = await Promise.all([
    import("npm:@observablehq/duckdb"),
    ...parts.map(({bytes}) => arrowTable(bytes)),
  ]);
  say("loading the records into DuckDB");
  const named = own.map(({path}, index) => [
    path.slice(path.lastIndexOf("/") + 1, -".parquet".length),
    tables[index] as Table,
  ]);
  const client = await Client.of(Object.fromEntries(named));
  return {client, checksums: parts.map(({checksum}) => checksum)};
}

/** The records of one experiment (`006-latency-tail`); opened once per page, when first asked for. */
export function recordsOf(name: string): Records {
  return {
    open(say = () => undefined) {
      const opening =
        opened.get(name) ??
        load(name, say).catch((error) => {
          opened.delete(name); // the next click tries again
          throw error;
        });
      opened.set(name, opening);
      return opening;
    },
  };
}
