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
import type {Reply} from "./case.ts";
import {readSuite, runCase, type Setting} from "./conformance.ts";
import {FaultProxy} from "./fault-proxy.ts";
import {Program} from "./program.ts";
import {CLIENTS, type Command} from "./toolchain.ts";

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

async function started(make: () => Promise<Command>): Promise<Program> {
  const {words, environment} = await make();
  return new Program(words, environment);
}

/** Cancelling from outside needs something beside the call; the blocking face has nothing there. */
const BEYOND_BLOCKING = [
  "a cancelled call ends at once and leaves its connection",
  "a scan cancelled in mid-stream ends at once",
  "a watch without end is cancelled",
];

for (const [name, make] of Object.entries(CLIENTS))
  describe(`the client in ${name}`, () => {
    let program: Program | undefined;
    after(() => program?.stop());
    for (const [number, one] of suite.entries())
      if (name !== "Python, blocking" || !BEYOND_BLOCKING.includes(one.name))
        test(`${one.group}: ${one.name}`, async () => {
          const space = `${name.toLowerCase().replace(/\W+/g, "-")}-${number}`;
          program ??= await started(make);
          const wrong = await runCase({program, proxy, key}, one, space).catch((error: Error) => {
            // Out of step with its commands: the next case gets a new one.
            program?.stop();
            program = undefined;
            return [error.message];
          });
          assert.deepEqual(wrong, []);
        });
  });

/** A program whose replies are changed on their way. */
function altered(program: Program, alter: (reply: Awaited<ReturnType<Program["tell"]>>) => void): Program {
  return {
    tell: async (command: Parameters<Program["tell"]>[0]) => {
      const reply = await program.tell(command);
      alter(reply);
      return reply;
    },
    stop: () => program.stop(),
  } as Program;
}

describe("a client with a planted defect", () => {
  let setting: Setting;
  before(async () => {
    const {words, environment} = await (
      CLIENTS.TypeScript as () => Promise<{
        words: string[];
        environment?: Record<string, string>;
      }>
    )();
    setting = {program: new Program(words, environment), proxy, key};
  });
  after(() => setting.program.stop());

  const DEFECTS: Record<string, {case: string; client?: object; alter?: (reply: Reply) => void}> = {
    "never tries again": {case: "a server that is busy is asked again", client: {retries: 0}},
    "calls every error by one name": {
      case: "what is wrong is told by its kind",
      alter: ({error}) => {
        if (error !== undefined) error.kind = "server";
      },
    },
    "waits for ever": {
      case: "an answer that does not come in time",
      client: {timeoutMs: 10_000},
    },
    "refuses fields that it does not know": {
      case: "unknown fields in every answer",
      alter: (reply) => {
        if (proxy.added > 0) Object.assign(reply, {value: undefined, error: {kind: "server"}});
      },
    },
    "keeps a warning to itself": {
      case: "the use of what is deprecated is warned of",
      alter: (reply) => {
        reply.warnings = [];
      },
    },
    "sends no key": {case: "the nearest come first", client: {key: null}},
  };

  for (const [defect, {case: name, client = {}, alter = () => {}}] of Object.entries(DEFECTS))
    test(`that ${defect} fails its case`, async () => {
      const one = suite.find((candidate) => candidate.name.startsWith(name));
      assert.ok(one, `there is a case "${name}"`);
      const program = altered(setting.program, alter);
      const planted = {...one, client: {...one.client, ...client}};
      const wrong = await runCase({...setting, program}, planted, `planted-${defect.replace(/\W+/g, "-")}`);
      assert.notDeepEqual(wrong, []);
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
