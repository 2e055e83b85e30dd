// Traces by OpenTelemetry's own SDK, sent as OTLP over HTTP. Loaded only where --traces asks for it. A span per request
// and one per phase of it; the caller's trace goes on where it sent a traceparent. No key, id or content is told.
import type {IncomingMessage, ServerResponse} from "node:http";
import {type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace} from "@opentelemetry/api";
import {W3CTraceContextPropagator} from "@opentelemetry/core";
import {OTLPTraceExporter} from "@opentelemetry/exporter-trace-otlp-http";
import {resourceFromAttributes} from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import {InvalidArgumentError} from "../engine.ts";
import type {Asked, Phase, Traced, Tracing} from "./tracing.ts";

export interface TracesOptions {
  /** Where a collector listens: `http://127.0.0.1:4318/v1/traces`. */
  url: string;
  /** Of the traces that begin here, 0…1; a caller's own are traced as it decided. */
  ratio: number;
  /** Spans wait so long for others to be sent with. */
  delayMs?: number;
}

const EXPORT_TIMEOUT_MS = 5_000;
const DELAY_MS = 1_000;
const CLOSE_TIMEOUT_MS = 2_000;

const HEADERS = {
  get: ({headers}: IncomingMessage, name: string) => headers[name.toLowerCase()],
  keys: ({headers}: IncomingMessage) => Object.keys(headers),
};

/** Errors: InvalidArgumentError for an address that is none, or a ratio out of range. */
export function openTelemetry({url, ratio, delayMs = DELAY_MS}: TracesOptions): Tracing {
  if (!URL.canParse(url))
    throw new InvalidArgumentError(
      `traces cannot go to "${url}"`,
      "invalid_argument",
      "name a collector: http://127.0.0.1:4318/v1/traces",
    );
  if (!(ratio >= 0 && ratio <= 1))
    throw new InvalidArgumentError(
      `${ratio} of the requests cannot be traced`,
      "invalid_argument",
      "use 0 to 1",
    );
  const exporter = new OTLPTraceExporter({url, timeoutMillis: EXPORT_TIMEOUT_MS});
  const provider = new TracerProvider({
    resource: resourceFromAttributes({"service.name": "engram"}),
    sampler: new ParentBasedSampler({root: new TraceIdRatioBasedSampler(ratio)}),
    spanProcessors: [new BatchSpanProcessor({exporter, scheduledDelayMillis: delayMs})],
  });
  const tracer = provider.getTracer("engram");
  const propagator = new W3CTraceContextPropagator();

  function begin(request: IncomingMessage, response: ServerResponse | undefined, asked: Asked): Traced {
    const {method, version, path, operation, space} = asked;
    const route = `/${version}${path}`;
    const caller = propagator.extract(ROOT_CONTEXT, request, HEADERS);
    const span = tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          "http.request.method": method,
          "http.route": route,
          "engram.operation": operation,
          ...(space === "" ? {} : {"engram.space": space}),
        },
      },
      caller,
    );
    const inside = trace.setSpan(caller, span);
    response?.once("close", () => {
      const {statusCode} = response;
      span.setAttribute("http.response.status_code", statusCode);
      if (statusCode >= 500) span.setStatus({code: SpanStatusCode.ERROR});
      if (!response.writableFinished) span.setAttribute("engram.abandoned", true);
      span.end();
    });
    return {
      during: (phase, work) => phaseOf(phase, inside, work),
      end(error) {
        if (error !== undefined) span.setStatus({code: SpanStatusCode.ERROR});
        span.end();
      },
    };
  }

  function phaseOf<T>(phase: Phase, parent: Context, work: () => T): T {
    const span = tracer.startSpan(phase, {}, parent);
    try {
      const done = work();
      if (!(done instanceof Promise)) {
        span.end();
        return done;
      }
      return done.finally(() => span.end()) as T;
    } catch (error) {
      span.end();
      throw error;
    }
  }

  return {
    begin,
    async close() {
      // A collector that is gone must not hold up the end.
      await Promise.race([
        provider.shutdown(),
        new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref()),
      ]);
    },
  };
}
