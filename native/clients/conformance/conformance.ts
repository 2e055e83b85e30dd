// Runs the suite with one client's program against a real server, through the proxy.
import {readdirSync, readFileSync} from "node:fs";
import type {Case, Command, Step} from "./case.ts";
import type {FaultProxy} from "./fault-proxy.ts";
import {differences} from "./match.ts";
import type {Program} from "./program.ts";

const SUITE = new URL("./suite/", import.meta.url);

export interface NamedCase extends Case {
  /** The file it stands in. */
  group: string;
}

export function readSuite(): NamedCase[] {
  return readdirSync(SUITE)
    .sort()
    .flatMap((file) => {
      const cases = JSON.parse(readFileSync(new URL(file, SUITE), "utf8")) as Case[];
      return cases.map((one) => ({...one, group: file.replace(/\.json$/, "")}));
    });
}

/** The space of the suite's n-th case. */
export function spaceOf(client: string, n: number): string {
  return `${client.toLowerCase().replace(/\W+/g, "-")}-${n}`;
}

/** Made of a case, for what would be long to write down:
 *   {"$vector": [seed, d]}        d numbers that only the seed decides
 *   {"$episodes": [n, d, prefix]}  n of them with ids prefix-000000 …
 *   {"$text": ["é", 1000]}         a text repeated
 *   {"$space": "-copy"}            the name of the case's space, and this */
function made(value: unknown, space: string): unknown {
  if (Array.isArray(value)) return value.map((one) => made(one, space));
  if (typeof value !== "object" || value === null) return value;
  const {$space, $vector, $episodes, $text} = value as {
    $space?: string;
    $vector?: [number, number];
    $episodes?: [number, number, string];
    $text?: [string, number];
  };
  if ($space !== undefined) return space + $space;
  if ($vector !== undefined) return vector(...$vector);
  if ($text !== undefined) return $text[0].repeat($text[1]);
  if ($episodes !== undefined) {
    const [n, dimension, prefix] = $episodes;
    return Array.from({length: n}, (_, i) => ({
      id: `${prefix}-${String(i).padStart(6, "0")}`,
      embedding: vector(i + 1, dimension),
      content: `number ${i}`,
    }));
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, made(one, space)]));
}

/** Exact in 32 bits, so that every language sends the same. */
function vector(seed: number, dimension: number): number[] {
  let state = seed;
  return Array.from({length: dimension}, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0; // the linear congruence of ANSI C
    return ((state >>> 16) % 2_001) / 1_000 - 1 + 2 ** -12;
  }).map(Math.fround);
}

export interface Setting {
  program: Program;
  proxy: FaultProxy;
  key: string;
}

const CLIENT = {timeoutMs: 10_000, retries: 4, baseMs: 1};

/** What is wrong; empty when the case passes. */
export async function runCase(
  {program, proxy, key}: Setting,
  one: NamedCase,
  space: string,
): Promise<string[]> {
  proxy.reset(one.newer ?? false);
  const client = {url: proxy.url, key, ...CLIENT, ...one.client};
  const wrong: string[] = [];
  for (const [at, step] of one.steps.entries()) {
    proxy.arm(step.faults ?? []);
    const told = command(step, space, at === 0 ? client : undefined);
    const elsewhere = step.meanwhile && interfere(proxy, key, space, step.meanwhile);
    const reply = await program.tell(told);
    await elsewhere;
    const where = `step ${at} (${step.call})`;
    if (step.error === undefined && reply.error !== undefined)
      wrong.push(`${where}: ${reply.error.kind}, ${reply.error.message}`);
    else if (step.error !== undefined && reply.error === undefined)
      wrong.push(`${where}: no error, but ${JSON.stringify(reply.value)?.slice(0, 200)}`);
    const found = [
      ...(step.value === undefined ? [] : differences(reply.value, made(step.value, space))),
      ...(step.error === undefined ? [] : differences(reply.error, step.error)),
      ...(step.warnings === undefined
        ? []
        : differences(reply.warnings, made(step.warnings, space), "warnings")),
    ];
    if (step.traffic !== undefined)
      found.push(...differences(await settled(proxy, step.traffic), step.traffic, "traffic"));
    if (one.newer && proxy.added === 0) found.push("no field was added to an answer");
    if (proxy.unused > 0) found.push(`${proxy.unused} planted faults met no request`);
    wrong.push(...found.map((difference) => `${where}: ${difference}`));
  }
  return wrong;
}

/** Somebody else, straight to the server. */
async function interfere(
  {target}: FaultProxy,
  key: string,
  space: string,
  {afterMs, method, path, body}: NonNullable<Step["meanwhile"]>,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const response = await fetch(`http://127.0.0.1:${target}/v1/spaces/${space}${path}`, {
    method,
    headers: {authorization: `Bearer ${key}`, "content-type": "application/json"},
    ...(body === undefined ? {} : {body: JSON.stringify(made(body, space))}),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} meanwhile: ${response.status} ${await response.text()}`);
}

function command(step: Step, space: string, client: Command["client"]): Command {
  const {call, args, take, cancelAfterMs} = step;
  return {
    call,
    space: space + (step.space ?? ""),
    args: made(args ?? {}, space) as Record<string, unknown>,
    ...(client === undefined ? {} : {client}),
    ...(take === undefined ? {} : {take}),
    ...(cancelAfterMs === undefined ? {} : {cancelAfterMs}),
  };
}

const SETTLE_MS = 2_000;
const SETTLE_STEP_MS = 10;

/** The traffic once it is as wanted, or after a while: a client's leaving takes its time to arrive. */
async function settled(proxy: FaultProxy, wanted: unknown) {
  for (let waited = 0; waited < SETTLE_MS; waited += SETTLE_STEP_MS) {
    if (differences(proxy.traffic(), wanted).length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_STEP_MS));
  }
  return proxy.traffic();
}
