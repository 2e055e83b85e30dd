// What every route needs of the server, and the first steps that all of them take.
import type {IncomingMessage} from "node:http";
import type {TObject} from "@sinclair/typebox";
import type {Logger} from "pino";
import type {Space} from "../engine.ts";
import type {Admission} from "./admission.ts";
import type {Bodies} from "./body.ts";
import type {Gate} from "./gate.ts";
import type {Health} from "./health.ts";
import type {Principal} from "./keys.ts";
import type {Metrics} from "./metrics.ts";
import type {Verb} from "./operation.ts";
import type {Quotas} from "./quotas.ts";
import type {Spaces} from "./spaces.ts";
import type {Tracing} from "./tracing.ts";
import {checkText} from "./validator.ts";

export interface Context {
  spaces: Spaces;
  quotas: Quotas;
  gate: Gate;
  bodies: Bodies;
  admission: Admission;
  health: Health;
  metrics: Metrics;
  log: Logger;
  /** Absent: nothing is traced. */
  tracing: Tracing | undefined;
  /** The directory of backups. */
  backups: string | undefined;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Aborted when the server drains: streams end then. */
  draining: AbortSignal;
}

/** The part of a declaration that says who may come in, and where to. */
export interface Entrance {
  path: string;
  verb: Verb;
  params?: TObject;
  query?: TObject;
  /** The space that the path names is only made by it. */
  makesSpace?: boolean;
}

export interface Entered {
  principal: Principal;
  /** The name in the path; empty where it names no space. */
  name: string;
  space: Space | undefined;
  params: Record<string, unknown>;
  query: Record<string, unknown>;
}

/** Lets a request in: key and scope first, so that nobody learns what they may not see; then path and query. */
export function entrance(declared: Entrance, {gate, spaces, quotas}: Context) {
  const checkParams = declared.params && checkText("path", declared.params);
  const checkQuery = declared.query && checkText("query", declared.query);
  const optional = (declared.query?.required ?? []).length === 0;
  const inSpace = declared.path.includes("{space}") && !declared.makesSpace;
  return (request: IncomingMessage, rawParams: object, rawQuery: object): Entered => {
    const {space: name = ""} = rawParams as {space?: string};
    const principal = gate.admit(request, declared.verb, name || undefined);
    const params = checkParams?.(rawParams) ?? {};
    const query =
      checkQuery === undefined || (optional && isEmpty(rawQuery)) ? {} : checkQuery({...rawQuery});
    if (name !== "") quotas.count(name);
    const space = inSpace ? spaces.get(name) : undefined;
    if (space !== undefined && declared.verb === "write") quotas.room(space);
    return {principal, name, params, query, space};
  };
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}
