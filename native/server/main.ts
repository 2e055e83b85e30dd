// npm run serve: an engine on a port, until SIGTERM or SIGINT, then drained.
import cluster from "node:cluster";
import {readFileSync} from "node:fs";
import {argv, exit, stderr, stdout} from "node:process";
import {parseArgs} from "node:util";
import {pino} from "pino";
import {EngramError} from "../engine.ts";
import {addKey} from "./keys.ts";
import {LAME_DUCK_MS} from "./limits.ts";
import {VERBS, type Verb} from "./operation.ts";
import {Server} from "./server.ts";
import {supervise, takeOver, whenReplaced} from "./supervisor.ts";

const HELP = `Serves an engine over HTTP.

  npm run serve -- --data DIR [--port 7700]
  npm run serve -- --data DIR --host 0.0.0.0 --keys FILE --tls-cert PEM --tls-key PEM
  npm run serve -- --keys FILE --add-key --spaces a,b --verbs read,write     prints the key once

  --supervise         restart without a failed request on SIGHUP
  --backups DIR       where backups are kept, each in a directory of its own
  --host 127.0.0.1    any other address needs --keys and TLS
  --traces URL        send traces to an OpenTelemetry collector: http://127.0.0.1:4318/v1/traces
  --traces-ratio 1    of requests, 0 to 1; those whose caller traces them follow it
  --log-level info    of pino: trace, debug, info, warn, error, silent
`;
const PORT_DEFAULT = "7700";

const {values} = parseArgs({
  args: argv.slice(2),
  options: {
    data: {type: "string"},
    backups: {type: "string"},
    host: {type: "string"},
    port: {type: "string", default: PORT_DEFAULT},
    keys: {type: "string"},
    "tls-cert": {type: "string"},
    "tls-key": {type: "string"},
    "headers-timeout-ms": {type: "string"},
    "request-timeout-ms": {type: "string"},
    traces: {type: "string"},
    "traces-ratio": {type: "string", default: "1"},
    "log-level": {type: "string", default: "info"},
    supervise: {type: "boolean", default: false},
    "add-key": {type: "boolean", default: false},
    spaces: {type: "string", default: "*"},
    verbs: {type: "string", default: "read,write,forget"},
    help: {type: "boolean", default: false},
  },
});

function isVerb(word: string): word is Verb {
  return (VERBS as readonly string[]).includes(word);
}

async function serve(data: string): Promise<void> {
  const log = pino({level: values["log-level"]});
  const {"tls-cert": cert, "tls-key": key} = values;
  const server = await Server.start({
    data,
    lameDuckMs: LAME_DUCK_MS,
    ...(values.supervise ? {takeOver: takeOver()} : {}),
    port: Number(values.port),
    log,
    ...(values.backups === undefined ? {} : {backups: values.backups}),
    ...(values.traces === undefined
      ? {}
      : {traces: {url: values.traces, ratio: Number(values["traces-ratio"])}}),
    ...(values.host === undefined ? {} : {host: values.host}),
    ...(values.keys === undefined ? {} : {keys: values.keys}),
    ...(values["headers-timeout-ms"] === undefined
      ? {}
      : {headersTimeoutMs: Number(values["headers-timeout-ms"])}),
    ...(values["request-timeout-ms"] === undefined
      ? {}
      : {requestTimeoutMs: Number(values["request-timeout-ms"])}),
    ...(cert && key ? {tls: {cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8")}} : {}),
  });
  if (values.supervise) whenReplaced(() => server.prepare());
  log.info({port: server.port, data}, "serving");
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.info({signal}, "draining");
      server.close().then(
        () => exit(0),
        (error: unknown) => {
          log.error({err: error}, "could not close");
          exit(1);
        },
      );
    });
}

try {
  if (values.help) stdout.write(HELP);
  else if (values["add-key"] && values.keys !== undefined) {
    const verbs = values.verbs.split(",");
    const unknown = verbs.find((verb) => !isVerb(verb));
    if (unknown !== undefined) throw new Error(`"${unknown}" is no verb: use ${VERBS.join(", ")}`);
    stdout.write(`${addKey(values.keys, {spaces: values.spaces.split(","), verbs: verbs.filter(isVerb)})}\n`);
  } else if (values.supervise && cluster.isPrimary) supervise(pino({level: values["log-level"]}));
  else if (values.data !== undefined) await serve(values.data);
  else {
    stderr.write(HELP);
    exit(3);
  }
} catch (error) {
  stderr.write(`${(error as Error).message}\n${error instanceof EngramError ? `${error.remedy}\n` : ""}`);
  exit(3);
}
