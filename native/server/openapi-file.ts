// npm run openapi: writes the document beside the server, where a test compares it and a reader diffs it.
import {writeFileSync} from "node:fs";
import {openApi} from "./openapi.ts";

writeFileSync(new URL("./golden/openapi.json", import.meta.url), `${JSON.stringify(openApi(), null, 2)}\n`);
