// Every client passes the whole suite against a real server with keys, through a proxy that breaks things; and
// a client with a planted defect does not.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, describe, test} from "node:test";
import {addKey} from "../../server/keys.ts";
import {openApi} from "../../server/openapi.ts";
import {VERBS} from "../../server/operation.ts";
import {Server} from "../../server/server.ts";
import {readSuite, runCase, type Setting, spaceOf} from "./conformance.ts";
import {FaultProxy} from "./fault-proxy.ts";
import {DEFECTS, isCaught} from "./planted.ts";
import type {Program} from "./program.ts";
import {CLIENTS, type Command, concerns, started} from "./toolchain.ts";

const suite = readSuite();
const directory = mkdtempSync(join(tmpdir(), "engram-conformance-"));
const keys = join(directory, "keys.json");
const key = addKey(keys, {spaces: ["*"], verbs: [...VERBS]});
let server: Server;
let proxy: FaultProxy;

before(async () => {
  server = await Server.start({data: join(directory, "data"), backups: join(directory, "backups"), keys});
  proxy = await FaultProxy.start(server.port);
});

after(async () => {
  await proxy.close();
  await server.close();
  rmSync(directory, {recursive: true});
});

for (const [name, make] of Object.entries(CLIENTS))
  describe(`the client in ${name}`, () => {
    let program: Program | undefined;
    after(() => program?.stop());
    for (const [number, one] of suite.entries())
      if (concerns(name, one))
        test(`${one.group}: ${one.name}`, async () => {
          program ??= await started(make);
          const wrong = await runCase({program, proxy, key}, one, spaceOf(name, number)).catch(
            (error: Error) => {
              // Out of step with its commands: the next case gets a new one.
              program?.stop();
              program = undefined;
              return [error.message];
            },
          );
          assert.deepEqual(wrong, []);
        });
  });

describe("a client with a planted defect", () => {
  let setting: Setting;
  before(async () => {
    setting = {program: await started(CLIENTS.TypeScript as () => Promise<Command>), proxy, key};
  });
  after(() => setting.program.stop());

  for (const defect of Object.keys(DEFECTS))
    test(`that ${defect} fails its case`, async () => {
      assert.equal(await isCaught(setting, suite, defect), true);
    });
});

/** By the names of the calls: the operations of the OpenAPI document. */
function operations(): Set<string> {
  const document = openApi() as {paths: Record<string, Record<string, {operationId?: string}>>};
  const names: Record<string, string> = {
    ...{listSpaces: "spaces", makeSpace: "make", scan: "page", scanStream: "scan"},
    storeStream: "storeBatch", // batches can be sent again under their key, half a stream cannot
  };
  const ids = Object.entries(document.paths).flatMap(([path, methods]) =>
    /^\/v[12]\//.test(path)
      ? Object.values(methods).flatMap(({operationId}) => operationId?.replace(/^v[12]_/, "") ?? [])
      : [],
  );
  return new Set(ids.map((id) => names[id] ?? id));
}

test("every operation of the OpenAPI document is called by the suite, also with answers of a newer server", () => {
  const called = (cases: typeof suite) => new Set(cases.flatMap(({steps}) => steps.map(({call}) => call)));
  const missing = (cases: typeof suite) => [...operations()].filter((call) => !called(cases).has(call));
  assert.ok(operations().size > 20, "the document was read");
  assert.deepEqual(missing(suite), []);
  assert.deepEqual(missing(suite.filter(({newer}) => newer)), []);
});
