import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {before, describe, test} from "node:test";
import {addKey} from "../keys.ts";
import {VERBS} from "../operation.ts";
import {Server} from "../server.ts";
import {operationOf} from "./deprecated.ts";
import {readGolden} from "./exchange.ts";
import {STUMBLES} from "./planted.ts";
import {type Replayed, replay} from "./replay.ts";

const {exchanges} = readGolden();

async function replayed(): Promise<Replayed[]> {
  const directory = mkdtempSync(join(tmpdir(), "engram-replay-"));
  const keys = join(directory, "keys.json");
  const key = addKey(keys, {spaces: ["*"], verbs: [...VERBS]});
  const server = await Server.start({data: join(directory, "data"), keys});
  const found: Replayed[] = [];
  try {
    for await (const one of replay(server.port, key, exchanges)) found.push(one);
  } finally {
    await server.close();
    rmSync(directory, {recursive: true});
  }
  return found;
}

const told = ({manner, method, path, wrong}: Replayed) => `${manner}: ${method} ${path}: ${wrong.join("; ")}`;

let found: Replayed[] = [];
before(async () => {
  found = await replayed();
});

test("an older client's requests are answered as they were, under both versions, and with unknown fields", () => {
  assert.ok(found.length > 200, `${found.length} requests were sent`);
  assert.deepEqual(found.filter(({wrong}) => wrong.length > 0).map(told), []);
});

test("every use of what is deprecated is warned of, and nothing else", () => {
  const uses = found.map((one) => ({
    ...one,
    deprecated: operationOf(one.method, one.path)?.deprecated ?? false,
  }));
  assert.ok(uses.some(({deprecated}) => deprecated));
  assert.deepEqual(
    uses.filter(({warned, status, deprecated}) => status !== 401 && warned !== deprecated).map(told),
    [],
  );
});

describe("an older client's trouble is noticed where", () => {
  for (const [name, otherwise] of Object.entries(STUMBLES))
    test(name, () => {
      assert.ok(found.some(({had}) => had(otherwise).length > 0));
    });
});
