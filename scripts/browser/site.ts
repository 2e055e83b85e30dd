// The site under test: built from the store as `npm run report` builds it, served on loopback.
import {buildSite} from "../publish/build.ts";
import {type Served, serve} from "../publish/serve.ts";

/** ENGRAM_SITE names a folder that is built already. */
export async function servedSite(): Promise<Served> {
  const built = process.env.ENGRAM_SITE;
  if (built !== undefined) return serve(built);
  const {output} = await buildSite({output: ".site", log: (line) => console.error(line)});
  return serve(output);
}
