// Faults on purpose: changes of the API that break older clients, and answers that an older client would stumble over.
// Each must be found, or what finds nothing proves nothing.

import type {Document} from "./breaking.ts";
import type {Answered} from "./exchange.ts";

// biome-ignore lint/suspicious/noExplicitAny: a document is taken apart and broken here, wherever it is
type Json = any;

const RECALL = "/v1/spaces/{space}/recall";
const STATS = "/v1/spaces/{space}";
const schemas = (document: Json) => document.components.schemas;

/** By what they do; each changes a document of now. */
export const BREAKING: Record<string, (document: Json) => void> = {
  "takes an operation away": (document) => {
    delete document.paths[RECALL].post;
  },
  "takes an answer's field away": (document) => {
    delete schemas(document).SpaceStats.properties.vectors;
    schemas(document).SpaceStats.required = schemas(document).SpaceStats.required.filter(
      (name: string) => name !== "vectors",
    );
  },
  "makes an answer's field optional": (document) => {
    schemas(document).Stored.required = ["id"];
  },
  "changes the type of an answer's field": (document) => {
    schemas(document).Written.properties.sequence = {type: "string"};
  },
  "answers null where a value was": (document) => {
    const page = schemas(document).EpisodePage.properties;
    page.episodes = {anyOf: [page.episodes, {type: "null"}]};
  },
  "wants a field that was free": (document) => {
    schemas(document).SpaceInput.required = ["dimension", "quota"];
  },
  "no longer reads a request's field": (document) => {
    delete schemas(document).EpisodeInput.properties.confidence;
  },
  "takes a choice away": (document) => {
    const query = document.paths["/v1/spaces/{space}/episodes"].post.parameters.find(
      ({name}: {name: string}) => name === "durability",
    );
    query.schema.anyOf = query.schema.anyOf.slice(1);
  },
  "narrows a range": (document) => {
    schemas(document).SpaceInput.properties.dimension.maximum = 1_024;
  },
  "narrows it where a schema names itself": (document) => {
    schemas(document).Condition.anyOf[0].properties.all.maxItems = 2;
  },
  "wants a query word": (document) => {
    document.paths[STATS].get.parameters.push({
      name: "since",
      in: "query",
      required: true,
      schema: {type: "number"},
    });
  },
  "no longer takes bytes": (document) => {
    delete document.paths[RECALL].post.requestBody.content["application/vnd.engram.vector"];
  },
};

/** A copy of the document with the change. */
export function broken(document: Document, change: string): Document {
  const copy = structuredClone(document);
  BREAKING[change]?.(copy);
  return copy;
}

function changed(answered: Answered, change: (json: Json) => void): Answered {
  if (!("json" in answered.body) || answered.status !== 200) return answered;
  const json = structuredClone(answered.body.json);
  change(json);
  return {...answered, body: {json}};
}

/** By what becomes of the answers. */
export const STUMBLES: Record<string, (answered: Answered) => Answered> = {
  "a field is missing": (answered) => changed(answered, (json) => delete json.sequence),
  "a number comes as text": (answered) =>
    changed(answered, (json) => {
      if ("sequence" in json) json.sequence = String(json.sequence);
    }),
  "a list is one short": (answered) => changed(answered, (json) => json.ids?.pop()),
  "a time is a date": (answered) =>
    changed(answered, (json) => {
      if ("at" in json) json.at = "2026-11-25";
    }),
  "success is 201": (answered) => (answered.status === 200 ? {...answered, status: 201} : answered),
  "an error has another code": (answered) =>
    answered.status < 400
      ? answered
      : {...answered, body: {json: {error: {code: "nope", message: "m", remedy: "r"}}}},
};
