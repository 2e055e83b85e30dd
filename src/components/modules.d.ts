// How Framework's specifiers map to packages, for the type checker only.
declare module "npm:vega" {
  export * from "vega";
}
declare module "npm:vega-lite" {
  export * from "vega-lite";
}
declare module "npm:arquero" {
  export * from "arquero";
}
declare module "npm:htl" {
  // Narrower than htl's own types: every template of this site has one root element.
  type Template<Result> = (strings: TemplateStringsArray, ...values: unknown[]) => Result;
  export const html: Template<HTMLElement> & {fragment: Template<DocumentFragment>};
  export const svg: Template<SVGElement>;
}
declare module "npm:apache-arrow" {
  export * from "apache-arrow";
}
declare module "npm:parquet-wasm" {
  export * from "parquet-wasm";
  export {default} from "parquet-wasm";
}
declare module "npm:@observablehq/duckdb" {
  import type {Table} from "apache-arrow";
  export interface DuckDBClient {
    query(sql: string): Promise<Table>;
  }
  export const DuckDBClient: {of(sources: Record<string, Table>): Promise<DuckDBClient>};
}
