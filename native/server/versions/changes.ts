// npx tsx native/server/versions/changes.ts [OLDER.json]: what the API of now takes from clients of the older documents,
// a line each; exit code 1 where there is any. golden/openapi-v1.json is what the recorded client was made for,
// golden/openapi-v2.json the second version as it was first promised; both stay as they are.
import {readFileSync} from "node:fs";
import {argv, exit, stdout} from "node:process";
import {fileURLToPath} from "node:url";
import {openApi} from "../openapi.ts";
import {breakingChanges, type Document} from "./breaking.ts";

export const OLDER = ["v1", "v2"] as const;

export function readOlder(version: (typeof OLDER)[number]): Document {
  return JSON.parse(
    readFileSync(new URL(`../golden/openapi-${version}.json`, import.meta.url), "utf8"),
  ) as Document;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const documents =
    argv[2] === undefined ? OLDER.map(readOlder) : [JSON.parse(readFileSync(argv[2], "utf8")) as Document];
  const found = documents.flatMap((older) => breakingChanges(older, openApi(), Date.now()));
  for (const line of found) stdout.write(`${line}\n`);
  exit(found.length === 0 ? 0 : 1);
}
