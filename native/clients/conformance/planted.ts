// Clients with a planted defect: the suite must fail each, or it is worth nothing.
import type {Case, Reply} from "./case.ts";
import {type NamedCase, runCase, type Setting} from "./conformance.ts";
import type {FaultProxy} from "./fault-proxy.ts";
import type {Program} from "./program.ts";

interface Defect {
  /** How the name of the case begins that must fail. */
  case: string;
  client?: Case["client"];
  /** What becomes of each reply on its way. */
  alter?: (reply: Reply, proxy: FaultProxy) => void;
}

/** By what the client does wrong. */
export const DEFECTS: Record<string, Defect> = {
  "never tries again": {case: "a server that is busy is asked again", client: {retries: 0}},
  "calls every error by one name": {
    case: "what is wrong is told by its kind",
    alter: ({error}) => {
      if (error !== undefined) error.kind = "server";
    },
  },
  "waits for ever": {case: "an answer that does not come in time", client: {timeoutMs: 10_000}},
  "refuses fields that it does not know": {
    case: "unknown fields in every answer",
    alter: (reply, proxy) => {
      if (proxy.added > 0) Object.assign(reply, {value: undefined, error: {kind: "server"}});
    },
  },
  "keeps a warning to itself": {
    case: "the use of what is deprecated is warned of",
    alter: (reply) => {
      reply.warnings = [];
    },
  },
  "sends no key": {case: "the nearest come first", client: {key: null}},
};

/** A program whose replies are changed on their way. */
function altered(program: Program, proxy: FaultProxy, alter: NonNullable<Defect["alter"]>): Program {
  return {
    tell: async (command: Parameters<Program["tell"]>[0]) => {
      const reply = await program.tell(command);
      alter(reply, proxy);
      return reply;
    },
    stop: () => program.stop(),
  } as Program;
}

/** Whether the suite finds the defect. Errors: it names a case that is not there. */
export async function isCaught(
  setting: Setting,
  suite: readonly NamedCase[],
  name: string,
): Promise<boolean> {
  const {case: begins, client = {}, alter = () => {}} = DEFECTS[name] as Defect;
  const one = suite.find((candidate) => candidate.name.startsWith(begins));
  if (one === undefined) throw new Error(`no case begins with "${begins}": name one in planted.ts`);
  const program = altered(setting.program, setting.proxy, alter);
  const planted = {...one, client: {...one.client, ...client}};
  const wrong = await runCase({...setting, program}, planted, `planted-${name.replace(/\W+/g, "-")}`);
  return wrong.length > 0;
}
