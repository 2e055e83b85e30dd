// The OpenAPI 3.1 document, generated from the operations that the server routes and validates by.
import type {TObject, TSchema} from "@sinclair/typebox";
import {NDJSON_TYPE} from "./ndjson.ts";
import {type Operation, type StreamOperation, VERSIONS, type Version} from "./operation.ts";
import {OPERATIONS, STREAMS} from "./operations/index.ts";
import {Failure, NAMED} from "./schemas.ts";

type Json = Record<string, unknown>;

const names = new Map<TSchema, string>(Object.entries(NAMED).map(([name, schema]) => [schema, name]));

/** A reference to a named schema, or the schema itself without TypeBox's symbols. */
function described(schema: TSchema): unknown {
  const name = names.get(schema);
  return name === undefined ? nested(schema) : {$ref: `#/components/schemas/${name}`};
}

function nested(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(nested);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== "$id")
      .map(([key, value]) => [
        key,
        key === "$ref"
          ? `#/components/schemas/${value}`
          : typeof value === "object" && value !== null && names.has(value as TSchema)
            ? described(value as TSchema)
            : nested(value),
      ]),
  );
}

function parameters(where: "path" | "query", schema: TObject | undefined): Json[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const {description, ...rest} = nested(property) as Json;
    return {
      name,
      in: where,
      required: where === "path" || (schema?.required ?? []).includes(name),
      ...(description === undefined ? {} : {description}),
      schema: rest,
    };
  });
}

const failure = (description: string): Json => ({
  description,
  content: {"application/json": {schema: described(Failure)}},
});

const REFUSALS: Record<number, Json> = {
  400: failure("A value is of the wrong shape or out of range."),
  401: failure("No key, or one that is not known."),
  403: failure("The key does not allow it, or a quota is used up."),
  404: failure("There is no such space or id."),
  409: failure("It contradicts what is there, or the space is read-only."),
  413: failure("More than a limit allows."),
  415: failure("The content type or encoding is not read."),
  429: failure("Too many at once or too fast: try again after Retry-After seconds."),
  503: failure("Not now: try again after Retry-After seconds."),
  507: failure("The disk is full; nothing was kept."),
};

const REFERENCES = Object.fromEntries(
  Object.keys(REFUSALS).map((status) => [status, {$ref: `#/components/responses/Refusal${status}`}]),
);

function described200({answer, binaryAnswer}: Operation): Json {
  return {
    description: "Done.",
    content: {
      "application/json": {schema: described(answer)},
      ...(binaryAnswer === undefined
        ? {}
        : {
            [binaryAnswer.contentType]: {
              schema: {type: "string", format: "binary", description: binaryAnswer.description},
            },
          }),
    },
  };
}

function requestBody({body, binaryBody}: Operation): Json {
  if (body === undefined) return {};
  return {
    requestBody: {
      required: true,
      content: {
        "application/json": {schema: described(body)},
        ...(binaryBody === undefined
          ? {}
          : {
              [binaryBody.contentType]: {
                schema: {type: "string", format: "binary", description: binaryBody.description},
              },
            }),
      },
    },
  };
}

function operationObject(operation: Operation, version: Version): Json {
  const deprecated = operation.deprecated?.versions.includes(version) ?? false;
  return {
    operationId: `${version}_${operation.id}`,
    summary: operation.summary,
    tags: [version],
    ...(deprecated ? {deprecated, "x-sunset": operation.deprecated?.sunset} : {}),
    parameters: [...parameters("path", operation.params), ...parameters("query", operation.query)],
    ...requestBody(operation),
    responses: {200: described200(operation), ...REFERENCES},
    "x-engram-verb": operation.verb,
    "x-engram-cost": operation.cost,
  };
}

/** A stream: NDJSON, or a message per line over a WebSocket at the same address. */
function streamObject(operation: StreamOperation, version: Version): Json {
  const lines = (schema: TSchema) => ({content: {[NDJSON_TYPE]: {schema: described(schema)}}});
  return {
    operationId: `${version}_${operation.id}`,
    summary: operation.summary,
    description: "One JSON value per line; or the same lines as messages of a WebSocket (GET with Upgrade).",
    tags: [version],
    parameters: [...parameters("path", operation.params), ...parameters("query", operation.query)],
    ...(operation.line === undefined ? {} : {requestBody: {required: true, ...lines(operation.line)}}),
    responses: {
      200: {description: "Lines, until the end or a line with `error`.", ...lines(operation.answer)},
      ...REFERENCES,
    },
    "x-engram-verb": operation.verb,
    "x-engram-cost": "stream",
  };
}

export function openApi(): Json {
  const paths: Record<string, Json> = {};
  const add = (version: Version, {path, method}: {path: string; method: string}, object: Json) => {
    const address = `/${version}${path}`;
    paths[address] = {...paths[address], [method.toLowerCase()]: object};
  };
  for (const version of VERSIONS) {
    for (const operation of OPERATIONS)
      if (operation.versions?.includes(version) ?? true)
        add(version, operation, operationObject(operation, version));
    for (const stream of STREAMS) add(version, stream, streamObject(stream, version));
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "engram",
      version: "2.0.0",
      description: "A durable store of memories that are both vectors and nodes of a weighted graph.",
      license: {name: "Apache-2.0", identifier: "Apache-2.0"},
    },
    servers: [{url: "http://127.0.0.1:7700"}],
    security: [{}, {key: []}],
    paths,
    components: {
      securitySchemes: {
        key: {type: "http", scheme: "bearer", description: "needed where the server has keys"},
      },
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([status, answer]) => [`Refusal${status}`, answer]),
      ),
      schemas: Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, nested(schema)])),
    },
  };
}
