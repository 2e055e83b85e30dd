// A real server on a free loopback port over an empty directory, for the length of one test.
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {Server, type ServerOptions} from "./server.ts";

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the schema says is there
  body: any;
}

/** One request: a body that is not bytes is sent as JSON. */
export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export function asking(base: string): Ask {
  return async (method, path, body, headers = {}) => {
    const bytes = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {...(bytes === undefined ? {} : {"content-type": "application/json"}), ...headers},
      ...(bytes === undefined ? {} : {body: bytes as string | Uint8Array<ArrayBuffer>}),
    });
    const json = response.headers.get("content-type")?.startsWith("application/json");
    return {
      status: response.status,
      headers: response.headers,
      body: json ? await response.json() : Buffer.from(await response.arrayBuffer()),
    };
  };
}

export interface Served {
  ask: Ask;
  server: Server;
  directory: string;
}

export async function withServer(
  use: (served: Served) => Promise<void>,
  options: Partial<ServerOptions> = {},
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "engram-server-"));
  const server = await Server.start({
    data: join(directory, "data"),
    backups: join(directory, "backups"),
    ...options,
  });
  try {
    await use({ask: asking(`http://127.0.0.1:${server.port}`), server, directory});
  } finally {
    await server.close();
    rmSync(directory, {recursive: true});
  }
}

/** A space of three dimensions named `notes` with `east` and `north` in it. */
export async function withNotes(
  use: (served: Served) => Promise<void>,
  options: Partial<ServerOptions> = {},
) {
  await withServer(async (served) => {
    await served.ask("PUT", "/v1/spaces/notes", {dimension: 3});
    await served.ask("POST", "/v1/spaces/notes/episodes/batch", {
      episodes: [
        {id: "east", embedding: [1, 0, 0], at: 5, content: "to the east", attributes: {warm: true, n: 2}},
        {id: "north", embedding: [0, 1, 0], at: 6},
      ],
    });
    await use(served);
  }, options);
}
