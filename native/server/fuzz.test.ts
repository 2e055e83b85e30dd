// Requests drawn from the very schemas of the API, right and wrong in every part: the server stays up and what is
// wrong is answered 4xx, never 5xx; what is answered has the promised shape. ENGRAM_FUZZ_RUNS=100000 for the long form.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {TSchema} from "@sinclair/typebox";
import fc from "fast-check";
import {type Answer, type Ask, withNotes} from "./fixture.ts";
import type {Operation} from "./operation.ts";
import {OPERATIONS} from "./operations/index.ts";
import {checkBody} from "./validator.ts";

const RUNS = Number(process.env.ENGRAM_FUZZ_RUNS ?? 60);
/** Ids that are there, so that not every request ends in 404. */
const KNOWN = ["east", "north"];

interface JsonSchema {
  type?: string;
  anyOf?: JsonSchema[];
  const?: unknown;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxLength?: number;
}

/** Values the schema allows, small where it allows much. */
function allowed(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(allowed));
  const min = schema.minimum ?? schema.exclusiveMinimum ?? -1_000;
  const max = Math.min(schema.maximum ?? schema.exclusiveMaximum ?? 1_000, 1_000);
  switch (schema.type) {
    case "integer":
      return fc.integer({min: Math.ceil(min), max: Math.floor(max)});
    case "number":
      return fc.double({min, max, noNaN: true});
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(allowed(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: (schema.minItems ?? 0) + 2,
      });
    case "object":
      return object(schema);
    default:
      return fc.oneof(
        fc.constantFrom(...KNOWN),
        fc.string({minLength: 1, maxLength: Math.min(20, schema.maxLength ?? 20), unit: "binary"}),
      );
  }
}

function object({properties = {}, required = [], patternProperties}: JsonSchema): fc.Arbitrary<unknown> {
  const [values] = Object.values(patternProperties ?? {});
  if (values !== undefined) return fc.dictionary(fc.string(), allowed(values), {maxKeys: 3});
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, wild(field)]));
  return fc.record(fields, {requiredKeys: required});
}

/** Mostly what is allowed; now and then anything. */
function wild(schema: JsonSchema): fc.Arbitrary<unknown> {
  const anything = fc.oneof(
    fc.jsonValue({maxDepth: 3}),
    fc.constantFrom(1e308, -1, 2 ** 53, "\u0000", "__proto__", "\ud800"),
  );
  return fc.oneof({arbitrary: allowed(schema), weight: 12}, {arbitrary: anything, weight: 1});
}

interface Drawn {
  operation: Operation;
  version: string;
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
  contentType: string;
}

const nothing = fc.constant({});
const drawn = (operation: Operation): fc.Arbitrary<Drawn> =>
  fc.record({
    operation: fc.constant(operation),
    version: fc.constantFrom(...(operation.versions ?? ["v1", "v2"])),
    params: (operation.params === undefined
      ? nothing
      : fc.oneof(
          {arbitrary: fc.record({space: fc.constant("notes"), id: fc.constantFrom(...KNOWN)}), weight: 6},
          {arbitrary: fc.record({space: fc.string(), id: fc.string({unit: "binary"})}), weight: 1},
        )) as fc.Arbitrary<Record<string, unknown>>,
    query: (operation.query === undefined ? nothing : wild(operation.query as JsonSchema)) as fc.Arbitrary<
      Record<string, unknown>
    >,
    body: operation.body === undefined ? fc.constant(undefined) : wild(operation.body as JsonSchema),
    contentType: fc.oneof(
      {arbitrary: fc.constant("application/json"), weight: 9},
      {
        arbitrary: fc.constantFrom(
          operation.binaryBody?.contentType ?? "text/plain",
          "",
          "application/json;;",
        ),
        weight: 1,
      },
    ),
  });

/** Text that a URL can hold. */
const sound = (text: string) => text.replaceAll(/\p{Surrogate}/gu, "?");

function send(ask: Ask, {operation, version, params, query, body, contentType}: Drawn): Promise<Answer> {
  const path = operation.path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => encodeURIComponent(sound(String(params[name]))) || "%20",
  );
  const search = Object.entries(query ?? {}).map(
    ([name, value]) =>
      `${encodeURIComponent(sound(name))}=${encodeURIComponent(sound(typeof value === "string" ? value : JSON.stringify(value)))}`,
  );
  const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return ask(operation.method, `/${version}${path}?${search.join("&")}`, text, {"content-type": contentType});
}

const answers = new Map(OPERATIONS.map(({id, answer}) => [id, checkBody(answer as TSchema)]));

for (const operation of OPERATIONS)
  test(`whatever is asked of ${operation.id} is answered, and never 5xx`, () =>
    withNotes(async ({ask}) => {
      await fc.assert(
        fc.asyncProperty(drawn(operation), async (request) => {
          const {status, body} = await send(ask, request);
          assert.ok(status < 500, `${status} ${JSON.stringify(body)}`);
          if (status !== 200) assert.equal(typeof body.error.remedy, "string");
          else if (!(body instanceof Buffer)) answers.get(operation.id)?.(body);
        }),
        {numRuns: RUNS, seed: 11},
      );
      assert.equal((await ask("GET", "/ready")).status, 200);
    }));
