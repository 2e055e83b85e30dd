// What a newer OpenAPI document takes from clients that were made for an older one. A request they may send must still
// be read, an answer they may get must still be what they know. What is added breaks nobody.
import {excess, type Resolver, type Schema, type Sides} from "./subset.ts";

export type Document = Record<string, unknown>;
interface Operation {
  parameters?: Parameter[];
  requestBody?: {required?: boolean; content: Content};
  responses: Record<string, {$ref?: string; content?: Content}>;
  /** From then on it may be gone. */
  "x-sunset"?: string;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}
type Content = Record<string, {schema: Schema}>;

const METHODS = ["get", "post", "put", "delete", "patch"];

function inside(document: Document): Resolver {
  return {
    resolve(reference) {
      const found = reference
        .replace(/^#\//, "")
        .split("/")
        .reduce((value: unknown, key) => (value as Document | undefined)?.[key], document);
      if (found === undefined) throw new Error(`${reference} names nothing in the document: mend it there`);
      return found as Schema;
    },
  };
}

function operations(document: Document): Map<string, Operation> {
  const paths = document.paths as Record<string, Record<string, Operation>>;
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      METHODS.flatMap((method): [string, Operation][] => {
        const operation = methods[method];
        return operation === undefined ? [] : [[`${method.toUpperCase()} ${path}`, operation]];
      }),
    ),
  );
}

/** One line for each thing that breaks, `METHOD /path: what`; none where every older client is still served. `now`:
 *  ms since 1970: what was announced to go by then may be gone. */
export function breakingChanges(older: Document, newer: Document, now: number): string[] {
  const [was, is] = [inside(older), inside(newer)];
  const current = operations(newer);
  return [...operations(older)].flatMap(([name, before]) => {
    const after = current.get(name);
    if (after === undefined) {
      const sunset = before["x-sunset"];
      return sunset !== undefined && Date.parse(sunset) <= now ? [] : [`${name}: is gone before its sunset`];
    }
    return [
      ...inParameters(before, after, {narrow: was, wide: is, lost: "narrow"}),
      ...inBody(before, after, {narrow: was, wide: is, lost: "narrow"}),
      ...inAnswers(before, after, {narrow: is, wide: was, lost: "wide"}),
    ].map((what) => `${name}: ${what}`);
  });
}

function inParameters(before: Operation, after: Operation, sides: Sides): string[] {
  const [old, now] = [before.parameters ?? [], after.parameters ?? []];
  const same = (a: Parameter) => (b: Parameter) => a.name === b.name && a.in === b.in;
  return [
    ...old.flatMap((parameter) => {
      const found = now.find(same(parameter));
      const where = `${parameter.in} ${parameter.name}`;
      if (found === undefined) return [`${where}: is no longer read`];
      return excess(parameter.schema, found.schema, sides, where);
    }),
    ...now
      .filter((parameter) => parameter.required === true && !(old.find(same(parameter))?.required ?? false))
      .map(({name, in: where}) => `${where} ${name}: must now be given`),
  ];
}

function inBody(before: Operation, after: Operation, sides: Sides): string[] {
  if (before.requestBody === undefined)
    return after.requestBody?.required === true ? ["body: must now be sent"] : [];
  return inContent(before.requestBody.content, after.requestBody?.content ?? {}, "body", (a, b, at) =>
    excess(a, b, sides, at),
  );
}

function inAnswers(before: Operation, after: Operation, sides: Sides): string[] {
  return Object.entries(before.responses).flatMap(([status, answer]) => {
    const found = after.responses[status];
    // An error that no longer happens breaks nobody.
    if (found === undefined) return status.startsWith("2") ? [`answer ${status}: is gone`] : [];
    const content = (one: typeof answer, {resolve}: Resolver) =>
      ((one.$ref === undefined ? one : resolve(one.$ref)).content ?? {}) as Content;
    return inContent(
      content(answer, sides.wide),
      content(found, sides.narrow),
      `answer ${status}`,
      (a, b, at) => excess(b, a, sides, at),
    );
  });
}

/** `compare` gets the older schema and the newer one. */
function inContent(
  before: Content,
  after: Content,
  at: string,
  compare: (older: Schema, newer: Schema, at: string) => string[],
): string[] {
  return Object.entries(before).flatMap(([type, {schema}]) => {
    const found = after[type];
    return found === undefined ? [`${at}: ${type} is gone`] : compare(schema, found.schema, at);
  });
}
