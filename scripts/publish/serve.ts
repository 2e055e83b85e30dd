// A static server for published pages, on loopback only: what any other static server would do.
import {existsSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import sirv from "sirv";
import {SiteError} from "./error.ts";

export interface Served {
  url: string;
  close(): Promise<void>;
}

/** Serves `folder`. Port 0 takes any free one. */
export async function serve(folder: string, port = 0): Promise<Served> {
  if (!existsSync(folder))
    throw new SiteError(
      `there is no folder ${folder} to serve`,
      "run `npm run report` first: it builds and publishes",
    );
  const files = sirv(folder, {dev: true, etag: true, dotfiles: false, extensions: ["html"]});
  const server = createServer((request, response) =>
    files(request, response, () => {
      response.statusCode = 404;
      response.setHeader("content-type", "text/plain; charset=utf-8");
      response.end(`not here: ${request.url}\n`);
    }),
  );
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        error.code === "EADDRINUSE"
          ? new SiteError(`port ${port} is in use`, "choose another with --port, or none for any free one")
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
