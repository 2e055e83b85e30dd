// scripts/engram_diagnostics.sh: looks at a server and its directory from outside, changes nothing, and says what is
// wrong and what mends it.
import {existsSync, readdirSync, statfsSync, statSync} from "node:fs";
import {freemem, loadavg, totalmem} from "node:os";
import {join} from "node:path";
import {argv, exit, stdout} from "node:process";
import {parseArgs} from "node:util";

const WAIT_MS = 5_000;
const DISK_FREE_MIN = 0.05;
const WAITING_MAX = 100;
const EXIT_WRONG = 1;
const EXIT_BLIND = 3;

const {values} = parseArgs({
  args: argv.slice(2),
  options: {
    json: {type: "boolean", default: false},
    url: {type: "string", default: "http://127.0.0.1:7700"},
    data: {type: "string"},
  },
});

interface Finding {
  check: string;
  ok: boolean;
  found: string;
  remedy: string;
}

async function read(path: string): Promise<{status: number; text: string} | undefined> {
  const key = process.env.ENGRAM_KEY;
  try {
    const response = await fetch(`${values.url}${path}`, {
      signal: AbortSignal.timeout(WAIT_MS),
      headers: key === undefined ? {} : {authorization: `Bearer ${key}`},
    });
    return {status: response.status, text: await response.text()};
  } catch {
    return undefined;
  }
}

/** Every sample of a metric: its labels as they stand and its value. */
function samples(metrics: string, name: string): {labels: string; value: number}[] {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)`, "gm"))].map(
    ([, labels = "", value]) => ({
      labels,
      value: Number(value),
    }),
  );
}

async function ofServer(): Promise<Finding[]> {
  const health = await read("/health");
  if (health === undefined)
    return [
      {
        check: "reachable",
        ok: false,
        found: `nothing answers at ${values.url} within ${WAIT_MS} ms`,
        remedy: "start it: npm run serve -- --data DIR; or pass --url",
      },
    ];
  const report = JSON.parse(health.text) as {
    status: string;
    phase: string;
    spaces: {space: string; code: string}[];
  };
  const ready = await read("/ready");
  const metrics = await read("/metrics");
  const findings: Finding[] = [
    {check: "reachable", ok: true, found: values.url, remedy: ""},
    {
      check: "ready",
      ok: ready?.status === 200,
      found: report.phase,
      remedy: "wait while it opens or drains; a failed one must be restarted",
    },
    ...report.spaces.map(({space, code}) => ({
      check: `space ${space} takes writes`,
      ok: false,
      found: code,
      remedy:
        code === "disk_full" ? "free some disk" : "restart; a damaged space is restored from its backup",
    })),
  ];
  if (metrics?.status !== 200)
    return [
      ...findings,
      {
        check: "metrics",
        ok: false,
        found: `status ${metrics?.status}`,
        remedy: "set ENGRAM_KEY to a key with the verb observe",
      },
    ];
  const of = (name: string) => samples(metrics.text, name);
  const waiting = of("engram_requests_waiting").reduce((sum, {value}) => sum + value, 0);
  const spaces = of("engram_space_episodes");
  const lag = of("engram_space_sequence").map(({labels, value}, i) => ({
    labels,
    value: value - (of("engram_space_durable_sequence")[i]?.value ?? 0),
  }));
  return [
    ...findings,
    {
      check: "queues",
      ok: waiting < WAITING_MAX,
      found: `${waiting} requests wait`,
      remedy: "ask more slowly, or set quotas for the spaces that ask most",
    },
    {
      check: "spaces",
      ok: true,
      found: spaces.map(({labels, value}) => `${labels}: ${value} episodes`).join(", ") || "none",
      remedy: "",
    },
    {
      check: "not yet durable",
      ok: true,
      found: `${lag.reduce((sum, {value}) => sum + value, 0)} writes (asked for as async)`,
      remedy: "",
    },
  ];
}

function ofDirectory(data: string): Finding[] {
  if (!existsSync(data))
    return [
      {check: "directory", ok: false, found: `${data} is not there`, remedy: "pass the server's --data"},
    ];
  const {bavail, blocks, bsize} = statfsSync(data);
  const free = bavail / blocks;
  const spaces = readdirSync(data).filter((name) => existsSync(join(data, name, "space")));
  const bytes = spaces
    .flatMap((space) => readdirSync(join(data, space)).map((file) => statSync(join(data, space, file)).size))
    .reduce((sum, size) => sum + size, 0);
  return [
    {check: "directory", ok: true, found: `${spaces.length} spaces, ${bytes} bytes`, remedy: ""},
    {
      check: "disk",
      ok: free > DISK_FREE_MIN,
      found: `${Math.round(bavail * bsize)} bytes free (${(100 * free).toFixed(1)} %)`,
      remedy: "free some disk, or take snapshots, which drop the log they replace",
    },
  ];
}

const findings = [
  ...(await ofServer()),
  ...(values.data === undefined ? [] : ofDirectory(values.data)),
  {
    check: "machine",
    ok: true,
    found: `load ${loadavg()[0]?.toFixed(1)}, ${freemem()} of ${totalmem()} bytes of memory free`,
    remedy: "",
  },
];
if (values.json) stdout.write(`${JSON.stringify({at: new Date().toISOString(), findings}, null, 2)}\n`);
else
  for (const {check, ok, found, remedy} of findings)
    stdout.write(`${ok ? "✓" : "✗"} ${check}: ${found}${ok ? "" : `\n    ${remedy}`}\n`);
const blind = findings[0]?.ok === false;
exit(blind ? EXIT_BLIND : findings.some(({ok}) => !ok) ? EXIT_WRONG : 0);
