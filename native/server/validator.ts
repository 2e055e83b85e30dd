// Compiles schemas into checks. The same compiled check guards a Fastify route and the short path below it.
import type {Static, TSchema} from "@sinclair/typebox";
import Ajv from "ajv/dist/2020.js";
import {RefusedError} from "./error.ts";

export type Check<S extends TSchema> = (value: unknown) => Static<S>;

// `strict` is about schemas, not values.
const options = {strict: true, allErrors: false, allowUnionTypes: true, ownProperties: true} as const;
const LONE_SURROGATE = /\p{Surrogate}/u;
const formats = {unicode: (value: string) => !LONE_SURROGATE.test(value)};

/** Bodies are typed already: a number in quotes is an error. */
const exact = new Ajv.default({...options, formats});
/** Paths and queries are text: "5" is 5, "true" is true. */
const coercing = new Ajv.default({...options, formats, coerceTypes: true});

function compile<S extends TSchema>(ajv: typeof exact, where: string, schema: S): Check<S> {
  const valid = ajv.compile<Static<S>>(schema);
  return (value) => {
    if (valid(value)) return value;
    const [first] = valid.errors ?? [];
    const at = first?.instancePath ? `${where}${first.instancePath}` : where;
    throw new RefusedError(
      400,
      "invalid_argument",
      `${at} ${first?.message ?? "is not valid"}${shown(first?.params)}`,
      "send what the OpenAPI document at /openapi.json describes",
    );
  };
}

/** Which values would have been allowed, where the message itself does not say. */
function shown(params: Record<string, unknown> | undefined): string {
  return params?.allowedValue === undefined ? "" : `: ${JSON.stringify(params.allowedValue)}`;
}

export const checkBody = <S extends TSchema>(schema: S): Check<S> => compile(exact, "body", schema);
export const checkText = <S extends TSchema>(where: "path" | "query", schema: S): Check<S> =>
  compile(coercing, where, schema);
