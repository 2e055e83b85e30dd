// Whether all that one JSON schema allows, another allows too; where not, why. It knows the keywords that this API's
// schemas use and calls a keyword it does not know a difference, so that nothing passes unread.

export type Schema = Record<string, unknown>;

export interface Resolver {
  /** The schema that a `$ref` names. */
  resolve(reference: string): Schema;
}

export interface Sides {
  /** What is allowed here … */
  narrow: Resolver;
  /** … must be allowed there. */
  wide: Resolver;
  /** Whether a property of `wide` that `narrow` does not speak of is a loss (an answer's field is gone), or one of
   *  `narrow` that `wide` does not (a request's field is no longer read). */
  lost: "wide" | "narrow";
}

/** Keywords that allow nothing and forbid nothing. */
const SILENT = new Set(["description", "title", "$id", "default", "examples", "deprecated", "format"]);
const READ = new Set([
  ...["type", "const", "enum", "anyOf", "allOf", "properties", "required", "items", "pattern"],
  ...["additionalProperties", "patternProperties", "minimum", "maximum", "exclusiveMinimum"],
  ...["exclusiveMaximum", "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"],
]);
const LOWER = ["minimum", "exclusiveMinimum", "minItems", "minLength", "minProperties"];
const UPPER = ["maximum", "exclusiveMaximum", "maxItems", "maxLength", "maxProperties"];

function followed(schema: Schema, {resolve}: Resolver): Schema {
  return typeof schema.$ref === "string" ? followed(resolve(schema.$ref), {resolve}) : schema;
}

const alike = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Reasons why a value that `a` allows might not be allowed by `b`, each with the place in the value. */
export function excess(a: Schema, b: Schema, sides: Sides, at = "", open: readonly string[] = []): string[] {
  const pair = `${JSON.stringify(a)} ${JSON.stringify(b)}`;
  // A schema that names itself: what is being compared further up is not compared again.
  if (typeof a.$ref === "string" && open.includes(pair)) return [];
  const inside = [...open, pair];
  const narrow = followed(a, sides.narrow);
  const wide = followed(b, sides.wide);
  const unread = [...Object.keys(narrow), ...Object.keys(wide)].find(
    (key) => !READ.has(key) && !SILENT.has(key),
  );
  if (unread !== undefined)
    return alike(narrow[unread], wide[unread]) ? [] : [`${at}: "${unread}" cannot be compared`];

  if (Array.isArray(narrow.allOf) || Array.isArray(wide.allOf))
    return (
      pairwise(narrow.allOf, wide.allOf, (one, other) => excess(one, other, sides, at, inside)) ?? [
        `${at}: is composed of other parts`,
      ]
    );
  if (Array.isArray(narrow.anyOf))
    return (narrow.anyOf as Schema[]).flatMap((one) => excess(one, b, sides, at, inside));
  if (Array.isArray(wide.anyOf)) return nearest(narrow, wide.anyOf as Schema[], sides, at, inside);
  return [
    ...excessValue(narrow, wide, at),
    ...excessObject(narrow, wide, sides, at, inside),
    ...excessItems(narrow, wide, sides, at, inside),
  ];
}

function pairwise(
  a: unknown,
  b: unknown,
  compare: (one: Schema, other: Schema) => string[],
): string[] | undefined {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return undefined;
  return a.flatMap((one, i) => compare(one as Schema, b[i] as Schema));
}

/** Some variant must allow all of it; else what keeps it from the one that it comes nearest to. */
function nearest(narrow: Schema, variants: Schema[], sides: Sides, at: string, open: string[]): string[] {
  const tried = variants.map((variant) => excess(narrow, variant, sides, at, open));
  const best = tried.reduce(
    (a, b) => (b.length < a.length ? b : a),
    tried[0] ?? [`${at}: nothing is allowed`],
  );
  return best;
}

function excessValue(narrow: Schema, wide: Schema, at: string): string[] {
  const said: string[] = [];
  if (
    wide.type !== undefined &&
    narrow.type !== wide.type &&
    !(narrow.type === "integer" && wide.type === "number")
  )
    said.push(`${at}: type ${JSON.stringify(narrow.type ?? "any")} is not ${JSON.stringify(wide.type)}`);
  const allowed = wide.enum ?? (wide.const === undefined ? undefined : [wide.const]);
  const given = narrow.enum ?? (narrow.const === undefined ? undefined : [narrow.const]);
  if (Array.isArray(allowed)) {
    if (!Array.isArray(given)) said.push(`${at}: may be other than ${JSON.stringify(allowed)}`);
    else
      for (const value of given)
        if (!allowed.includes(value))
          said.push(`${at}: ${JSON.stringify(value)} is none of ${JSON.stringify(allowed)}`);
  }
  if (wide.pattern !== undefined && narrow.pattern !== wide.pattern)
    said.push(`${at}: pattern ${String(narrow.pattern)} is not ${String(wide.pattern)}`);
  const beyond = (key: string, sign: 1 | -1) => {
    const [own, other] = [narrow[key], wide[key]];
    if (typeof other === "number" && (typeof own !== "number" || sign * (own - other) < 0))
      said.push(`${at}: ${key} ${String(own ?? "none")} is beyond ${other}`);
  };
  for (const key of LOWER) beyond(key, 1);
  for (const key of UPPER) beyond(key, -1);
  return said;
}

function excessItems(narrow: Schema, wide: Schema, sides: Sides, at: string, open: string[]): string[] {
  if (wide.items === undefined) return [];
  if (narrow.items === undefined) return [`${at}[]: may be anything`];
  return excess(narrow.items as Schema, wide.items as Schema, sides, `${at}[]`, open);
}

function excessObject(narrow: Schema, wide: Schema, sides: Sides, at: string, open: string[]): string[] {
  const [own, other] = [properties(narrow), properties(wide)];
  const required = (schema: Schema) => (Array.isArray(schema.required) ? (schema.required as string[]) : []);
  const said = required(wide)
    .filter((name) => !required(narrow).includes(name))
    .map((name) => `${at}.${name}: may be absent where it must be there`);
  for (const [name, schema] of Object.entries(other)) {
    const mine = own[name];
    if (mine !== undefined) said.push(...excess(mine, schema, sides, `${at}.${name}`, open));
    else if (sides.lost === "wide" && !required(wide).includes(name)) said.push(`${at}.${name}: is gone`);
  }
  if (sides.lost === "narrow" && wide.type === "object")
    for (const name of Object.keys(own))
      if (other[name] === undefined) said.push(`${at}.${name}: is no longer read`);
  if (wide.additionalProperties === false && narrow.additionalProperties !== false)
    said.push(`${at}: may have fields that are not allowed`);
  const [patterns, others] = [patternsOf(narrow), patternsOf(wide)];
  for (const [pattern, schema] of Object.entries(patterns)) {
    const allowed = others[pattern];
    if (allowed !== undefined) said.push(...excess(schema, allowed, sides, `${at}.*`, open));
    else if (wide.additionalProperties === false) said.push(`${at}.*: names like ${pattern} are not allowed`);
  }
  return said;
}

const properties = (schema: Schema) => (schema.properties ?? {}) as Record<string, Schema>;
const patternsOf = (schema: Schema) => (schema.patternProperties ?? {}) as Record<string, Schema>;
