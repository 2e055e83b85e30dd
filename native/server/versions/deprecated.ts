// Which operation a request asks for, and whether the document says that it will go.
import {openApi} from "../openapi.ts";

interface Declared {
  name: string;
  deprecated: boolean;
  matches(method: string, path: string): boolean;
}

const DECLARED: readonly Declared[] = Object.entries(
  (openApi() as {paths: Record<string, Record<string, {operationId: string; deprecated?: boolean}>>}).paths,
).flatMap(([path, methods]) => {
  const shape = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
  return Object.entries(methods).map(([method, {operationId, deprecated = false}]) => ({
    name: operationId,
    deprecated,
    matches: (asked: string, address: string) => asked === method.toUpperCase() && shape.test(address),
  }));
});

/** Nothing for what is no operation of the API. */
export function operationOf(method: string, path: string): {name: string; deprecated: boolean} | undefined {
  return DECLARED.find(({matches}) => matches(method, path));
}
