// Somebody else's reading of the OpenAPI document: schemathesis draws requests from it, right and wrong, and holds every
// answer against it. Quick: the second version and what of the first differs; boundary values for all but recall, whose
// combinations are thousands, and a few drawn at random for all. ENGRAM_SCHEMATHESIS_S=600 for all of both, until the
// time is up.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {createServer, request as send} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {promisify} from "node:util";
import {virtualEnvironment} from "../../clients/conformance/toolchain.ts";
import {type ChildServer, startChild} from "../child.ts";

const LONG_S = Number(process.env.ENGRAM_SCHEMATHESIS_S ?? 0);
const QUICK_S = 40;
const OUTPUT_MAX_BYTES = 64 << 20;
const GRACE_MS = 60_000;
const REQUEST_TIMEOUT_S = "20"; // that it hangs, not that the machine is slow
const CHECKS = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance"],
  ...["response_headers_conformance", "response_schema_conformance"],
].join(",");
/** Streams: a watch has no end, and lines are none of the tool's types; stream.test.ts and fuzz.test.ts have them. */
const WITHOUT = ["--exclude-path-regex", "/(watch|store)$"];
const QUICK = [
  ["--phases", "coverage", "--include-operation-id-regex", "^v2_(?!answer$)"],
  ["--phases", "fuzzing", "-n", "5", "--include-operation-id-regex", "^(v2_|v1_recall$)"],
];
const LONG = [["--phases", "coverage,fuzzing", "--max-time", String(LONG_S)]];

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "engram-schemathesis-"));
let tool: string;
let server: ChildServer;

before(async () => {
  const mends = "schemathesis needs Python 3.10 or newer (Debian: python3 and python3-venv)";
  tool = join(await virtualEnvironment("schemathesis", path("requirements.txt"), mends), "bin/st");
  const backups = join(directory, "backups");
  server = await startChild(["--data", join(directory, "data"), "--backups", backups]);
  const made = await fetch(`${server.base}/v1/spaces/notes`, {
    method: "PUT",
    headers: {"content-type": "application/json"},
    body: '{"dimension": 3}',
  });
  assert.equal(made.status, 200);
});

after(async () => {
  await server?.kill();
  rmSync(directory, {recursive: true});
});

/** What it printed, and whether it found nothing. */
async function look(base: string, words: readonly string[]): Promise<{clean: boolean; printed: string}> {
  const bounded = ["--request-timeout", REQUEST_TIMEOUT_S, "--generation-deterministic", "--warnings", "off"];
  try {
    const {stdout} = await promisify(execFile)(
      tool,
      [
        ...["--config-file", path("schemathesis.toml"), "run", `${base}/openapi.json`, "--checks", CHECKS],
        ...[...WITHOUT, ...bounded, ...words],
      ],
      {cwd: directory, timeout: Math.max(QUICK_S, LONG_S) * 1_000 + GRACE_MS, maxBuffer: OUTPUT_MAX_BYTES},
    );
    return {clean: true, printed: stdout};
  } catch (error) {
    const {stdout = "", stderr = "", code} = error as {stdout?: string; stderr?: string; code?: unknown};
    // 1: it found something; any other code: it could not look.
    assert.equal(code, 1, `schemathesis could not run: ${stdout}${stderr}`);
    return {clean: false, printed: stdout};
  }
}

test("every answer keeps to the document, whatever is asked", async () => {
  let cases = 0;
  for (const words of LONG_S > 0 ? LONG : QUICK) {
    const {clean, printed} = await look(server.base, words);
    assert.ok(clean, printed.replaceAll(/(.{400}).+/g, "$1 …")); // bodies of half a megabyte are among them
    cases += Number(/(\d+) generated/.exec(printed)?.[1]);
  }
  assert.ok(cases > 500, `${cases} requests were drawn`);
  assert.equal((await fetch(`${server.base}/ready`)).status, 200, "the server is still up");
});

/** In front of the server, with answers of the statistics spoilt. */
async function spoiling(
  spoil: (body: string) => {status: number; body: string},
): Promise<{base: string; close(): void}> {
  const proxy = createServer((incoming, answer) => {
    const {method, url: address = "", headers} = incoming;
    const outgoing = send({host: "127.0.0.1", port: server.port, method, path: address, headers}, (come) => {
      const pieces: Buffer[] = [];
      come.on("data", (piece: Buffer) => pieces.push(piece));
      come.on("end", () => {
        const whole = Buffer.concat(pieces).toString();
        const hit = method === "GET" && address.endsWith("/v2/spaces/notes") && come.statusCode === 200;
        const {status, body} = hit ? spoil(whole) : {status: come.statusCode ?? 502, body: whole};
        answer.writeHead(status, {"content-type": come.headers["content-type"] ?? "application/json"});
        answer.end(body);
      });
    });
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {base: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close: () => proxy.close()};
}

const SPOILT: Record<string, {spoil: (body: string) => {status: number; body: string}; says: RegExp}> = {
  "a field that is missing": {
    spoil: (body) => ({status: 200, body: body.replace(/"vectors":\d+,/, "")}),
    says: /"vectors" is a required property/,
  },
  "an answer of status 500": {spoil: (body) => ({status: 500, body}), says: /Server error/},
};

for (const [name, {spoil, says}] of Object.entries(SPOILT))
  test(`it finds ${name}`, async () => {
    const {base, close} = await spoiling(spoil);
    const {clean, printed} = await look(base, [
      "--phases",
      "fuzzing",
      "-n",
      "3",
      "--include-operation-id",
      "v2_stats",
    ]);
    close();
    assert.equal(clean, false);
    assert.match(printed, says);
  });
