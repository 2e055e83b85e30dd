// The shapes that go over the wire, as JSON Schema 2020-12 and as types from one declaration. Objects tolerate
// fields they do not know: an older server answers a newer client.
import {type TSchema, Type} from "@sinclair/typebox";
import {BATCH_MAX_ITEMS, EF_MAX, RECALL_K_MAX, SCAN_PAGE_MAX_ITEMS} from "./limits.ts";

const ID_MAX_BYTES = 255;
const RELATION_MAX_BYTES = 64;
const CONTENT_MAX_BYTES = 1 << 20;
const ATTRIBUTES_MAX = 64;
const DIMENSION_MIN = 2;
const DIMENSION_MAX = 4_096;
/** The range of an ECMAScript Date. */
export const TIME_MAX_MS = 8.64e15;
const SEEDS_MAX = 10_000;

/** Text that can be written as UTF-8: no lone surrogates (checked by validator.ts). */
const text = (options: {minLength?: number; maxLength: number; description?: string}) =>
  Type.String({...options, format: "unicode"});

export const SpaceId = Type.String({
  pattern: "^[a-z0-9_-]{1,64}$",
  description: "1 to 64 of a-z, 0-9, - and _",
});
export const EpisodeId = text({
  minLength: 1,
  maxLength: ID_MAX_BYTES,
  description: "at most 255 bytes of UTF-8",
});
export const Relation = text({minLength: 1, maxLength: RELATION_MAX_BYTES});
export const Vector = Type.Array(Type.Number(), {
  minItems: DIMENSION_MIN,
  maxItems: DIMENSION_MAX,
  description: "as many finite numbers as the space has dimensions",
});
export const Dimension = Type.Integer({minimum: DIMENSION_MIN, maximum: DIMENSION_MAX});
const TIME_RANGE = {minimum: -TIME_MAX_MS, maximum: TIME_MAX_MS};
const Time = Type.Number({
  ...TIME_RANGE,
  description: "milliseconds since 1970",
});
const Confidence = Type.Number({minimum: 0, maximum: 1});
const Weight = Type.Number({minimum: -1, maximum: 1, description: "negative inhibits"});

export const Attributes = Type.Record(
  Type.String({maxLength: 255, pattern: "^(?!__proto__$)"}),
  Type.Union([text({maxLength: CONTENT_MAX_BYTES}), Type.Number(), Type.Boolean()]),
  {
    maxProperties: ATTRIBUTES_MAX,
    additionalProperties: false,
    description: "flat: text, numbers and booleans",
  },
);

export const DurabilityChoice = Type.Union(
  [Type.Literal("fsync"), Type.Literal("group"), Type.Literal("async")],
  {
    description:
      "fsync and group: durable when answered (group shares the flush); async: durable at the next flush. Default group",
  },
);

export const SpaceParams = Type.Object({space: SpaceId});
export const EpisodeParams = Type.Object({space: SpaceId, id: EpisodeId});
export const WriteQuery = Type.Object({durability: Type.Optional(DurabilityChoice)});

const fields = {
  embedding: Type.Optional(
    Type.Union([Vector, Type.Null()], {description: "absent or null: a node of the graph only"}),
  ),
  at: Type.Optional(Time),
  content: Type.Optional(text({maxLength: CONTENT_MAX_BYTES})),
  attributes: Type.Optional(Attributes),
  confidence: Type.Optional(Confidence),
};
export const EpisodeInput = Type.Object({id: Type.Optional(EpisodeId), ...fields});
export const EpisodeBatch = Type.Object({
  episodes: Type.Array(EpisodeInput, {minItems: 1, maxItems: BATCH_MAX_ITEMS}),
});

export const Episode = Type.Object({
  id: EpisodeId,
  embedding: Type.Optional(Type.Union([Vector, Type.Null()])),
  at: Time,
  content: Type.String(),
  attributes: Attributes,
  confidence: Confidence,
  strength: Type.Number(),
});
export const EmbeddingQuery = Type.Object({
  embedding: Type.Optional(Type.Boolean({description: "whether answers carry embeddings; default false"})),
});
export const ScanQuery = Type.Composite([
  EmbeddingQuery,
  Type.Object({
    after: Type.Optional(text({maxLength: ID_MAX_BYTES, description: "the last id of the page before"})),
    limit: Type.Optional(Type.Integer({minimum: 1, maximum: SCAN_PAGE_MAX_ITEMS})),
  }),
]);
export const ScanStreamQuery = Type.Omit(ScanQuery, ["limit"]);
export const EpisodePage = Type.Object({
  episodes: Type.Array(Episode),
  next: Type.Union([EpisodeId, Type.Null()], {description: "pass it as `after`; null at the end"}),
});

export const Sequence = Type.Integer({minimum: 0, description: "the log's number of the write"});
export const Written = Type.Object({sequence: Sequence});
export const Stored = Type.Object({id: EpisodeId, sequence: Sequence});
export const StoredBatch = Type.Object({ids: Type.Array(EpisodeId), sequence: Sequence});

export const LineStored = Type.Object({
  line: Type.Integer({minimum: 1, description: "lines up to this one are stored and durable"}),
  sequence: Sequence,
});

export const EdgeInput = Type.Object({
  from: EpisodeId,
  to: EpisodeId,
  relation: Relation,
  weight: Type.Optional(Weight),
});
export const EdgeBatch = Type.Object({
  edges: Type.Array(EdgeInput, {minItems: 1, maxItems: BATCH_MAX_ITEMS}),
  at: Type.Optional(Time),
});
export const EdgeKeys = Type.Object({
  edges: Type.Array(Type.Object({from: EpisodeId, to: EpisodeId, relation: Relation}), {
    minItems: 1,
    maxItems: BATCH_MAX_ITEMS,
  }),
});
export const Edges = Type.Object({
  edges: Type.Array(Type.Object({to: EpisodeId, relation: Relation, weight: Weight, at: Time})),
});

export const ForgetInput = Type.Object({
  ids: Type.Array(EpisodeId, {minItems: 1, maxItems: BATCH_MAX_ITEMS}),
  weaken: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "multiply the strength by it instead of deleting",
    }),
  ),
});

const Scalar = Type.Union([text({maxLength: CONTENT_MAX_BYTES}), Type.Number(), Type.Boolean()]);
const AttributeKey = text({minLength: 1, maxLength: ID_MAX_BYTES});
const CONDITIONS_MAX = 64;
/** A condition on attributes, as the engine takes it. */
export const Condition = Type.Recursive(
  (This) =>
    Type.Union([
      Type.Object({all: Type.Array(This, {maxItems: CONDITIONS_MAX})}),
      Type.Object({any: Type.Array(This, {maxItems: CONDITIONS_MAX})}),
      Type.Object({not: This}),
      Type.Object({key: AttributeKey, equals: Scalar}),
      Type.Object({key: AttributeKey, in: Type.Array(Scalar, {minItems: 1, maxItems: CONDITIONS_MAX})}),
      Type.Object({key: AttributeKey, exists: Type.Boolean()}),
      Type.Object({key: AttributeKey, min: Type.Number(), max: Type.Optional(Type.Number())}),
      Type.Object({key: AttributeKey, max: Type.Number()}),
    ]),
  {
    $id: "Condition",
    description: "an episode without the attribute meets none but `not` and `exists: false`",
  },
);
const filter = {
  where: Type.Optional(Condition),
  from: Type.Optional(Time),
  until: Type.Optional(Time),
  minConfidence: Type.Optional(Confidence),
};

const K = Type.Integer({minimum: 1, maximum: RECALL_K_MAX, description: "hits wanted; default 10"});
const Ef = Type.Integer({
  minimum: 0,
  maximum: EF_MAX,
  description: "candidates kept by the approximate search: more is slower and more exact; 0: the default",
});
const Exact = Type.Boolean({description: "scan everything"});
export const RecallQuery = Type.Object({
  k: Type.Optional(K),
  ef: Type.Optional(Ef),
  exact: Type.Optional(Exact),
});
export const RecallInput = Type.Object({
  vector: Vector,
  k: Type.Optional(K),
  ef: Type.Optional(Ef),
  exact: Type.Optional(Exact),
  ...filter,
});
const CueIds = Type.Array(EpisodeId, {minItems: 1, maxItems: SEEDS_MAX});
/** What is asked for, told by its kind. Episodes that a cue names are not answered themselves. */
export const CueInput = Type.Union([
  Type.Object({kind: Type.Literal("vector"), vector: Vector}),
  Type.Object({kind: Type.Literal("episodes"), ids: CueIds}),
  Type.Object({kind: Type.Literal("mixed"), vector: Vector, ids: CueIds}),
  Type.Object({kind: Type.Literal("newest")}),
]);
const Share = Type.Number({minimum: 0, maximum: 1});
const answering = {
  mode: Type.Optional(
    Type.Union([Type.Literal("similar"), Type.Literal("spreading"), Type.Literal("blended")], {
      description: "nearest by cosine; what activation reaches; both memories together (default)",
    }),
  ),
  k: Type.Optional(K),
  ef: Type.Optional(Ef),
  exact: Type.Optional(Exact),
  concepts: Type.Optional(Type.Boolean({description: "also answer with the concepts themselves"})),
  now: Type.Optional(
    Type.Number({...TIME_RANGE, description: "decay as of then weighs; absent: as good as new"}),
  ),
  minimumConfidence: Type.Optional(Share),
  episodic: Type.Optional(Share),
  semantic: Type.Optional(Share),
  inhibition: Type.Optional(Share),
};
export const RecallInput2 = Type.Object({cue: CueInput, ...answering, ...filter});
/** Beside a cue of bytes; where the body says otherwise, the body counts. */
export const RecallQuery2 = Type.Object(answering);
const Memory = Type.Union([
  Type.Object({kind: Type.Literal("episode"), id: EpisodeId}),
  Type.Object({kind: Type.Literal("concept"), number: Type.Integer({minimum: 0})}),
]);
const scores = {
  score: Type.Number({description: "orders the hits"}),
  similarity: Type.Number({description: "cosine; 0 where the cue has no vector"}),
  activation: Type.Number(),
  confidence: Type.Number({description: "probability that it is what was asked for"}),
  why: Type.Array(Memory, {description: "from what the cue named or was near to, to the hit itself"}),
};
export const Answers = Type.Object({
  hits: Type.Array(
    Type.Union([
      Type.Object({kind: Type.Literal("episode"), id: EpisodeId, ...scores}),
      Type.Object({kind: Type.Literal("concept"), number: Type.Integer({minimum: 0}), ...scores}),
    ]),
    {description: "best first"},
  ),
  truncated: Type.Boolean({description: "a budget ended the search before it was through"}),
});

export const ConsolidateInput = Type.Object({
  at: Type.Optional(Time),
  durability: Type.Optional(DurabilityChoice),
  tau: Type.Optional(Type.Number({minimum: 0, description: "ms; 0: time does not count, for bulk loads"})),
  merge: Type.Optional(Share),
  coherence: Type.Optional(Share),
  size: Type.Optional(Type.Integer({minimum: 2, maximum: SEEDS_MAX})),
  share: Type.Optional(Share),
  seed: Type.Optional(Type.Integer({minimum: 0, maximum: 2 ** 32 - 1})),
});
const Tally = Type.Integer({minimum: 0});
export const Consolidated = Type.Object({
  examined: Tally,
  formed: Tally,
  strengthened: Tally,
  dissolved: Tally,
  bound: Tally,
  skipped: Tally,
  elapsedNs: Type.Number({minimum: 0}),
});
export const ConceptQuery = Type.Object({
  first: Type.Optional(
    Type.Integer({minimum: 0, maximum: 2 ** 31 - 1, description: "the first number wanted"}),
  ),
  limit: Type.Optional(Type.Integer({minimum: 1, maximum: SCAN_PAGE_MAX_ITEMS})),
});
export const ConceptPage = Type.Object({
  concepts: Type.Array(
    Type.Object({
      number: Tally,
      centroid: Vector,
      coherence: Type.Number(),
      strength: Type.Number(),
      formedAt: Time,
      members: Type.Array(Type.Object({id: EpisodeId, strength: Type.Number(), contribution: Type.Number()})),
    }),
  ),
  next: Type.Union([Type.Integer(), Type.Null()], {description: "pass it as `first`; null at the end"}),
});
export const CompleteInput = Type.Object({
  vector: Vector,
  known: Type.Optional(
    Type.Array(Type.Boolean(), {maxItems: DIMENSION_MAX, description: "false where the cue is masked"}),
  ),
});
export const Hypotheses = Type.Object({
  hypotheses: Type.Array(
    Type.Object({
      vector: Vector,
      sources: Type.Array(
        Type.Union([
          Type.Literal("given"),
          Type.Literal("recalled"),
          Type.Literal("reconstructed"),
          Type.Literal("imagined"),
        ]),
      ),
      from: Type.Array(Type.Intersect([Memory, Type.Object({weight: Type.Number()})])),
      match: Type.Number(),
      confidence: Type.Number(),
      iterations: Tally,
    }),
    {description: "most confident first; none is `no answer`"},
  ),
});
export const RecogniseInput = Type.Object({vector: Vector});
export const Recognised = Type.Object({
  old: Type.Boolean(),
  familiarity: Type.Number(),
  episodic: Type.Number(),
  semantic: Type.Number(),
});
export const AccessInput = Type.Object({
  ids: Type.Array(EpisodeId, {minItems: 1, maxItems: BATCH_MAX_ITEMS}),
  at: Type.Optional(Time),
});

export const Hit = Type.Object({id: EpisodeId, score: Type.Number({description: "cosine"})});
export const Hits = Type.Object({hits: Type.Array(Hit, {description: "best first"})});

export const SpreadInput = Type.Object({
  seeds: Type.Array(
    Type.Object({id: EpisodeId, activation: Type.Optional(Type.Number({minimum: 0, maximum: 1}))}),
    {
      minItems: 1,
      maxItems: SEEDS_MAX,
    },
  ),
  depth: Type.Optional(Type.Integer({minimum: 1, maximum: 4})),
  cutoff: Type.Optional(Type.Number({exclusiveMinimum: 0, maximum: 1})),
  fan: Type.Optional(Type.Union([Type.Literal("none"), Type.Literal("linear"), Type.Literal("sqrt")])),
  limit: Type.Optional(Type.Integer({minimum: 1, maximum: SEEDS_MAX})),
});
export const Activated = Type.Object({
  active: Type.Array(Type.Object({id: EpisodeId, activation: Type.Number()}), {
    description: "strongest first",
  }),
  truncated: Type.Boolean({description: "a budget ended the search before it was through"}),
});
export const ReachInput = Type.Object({
  id: EpisodeId,
  hops: Type.Integer({minimum: 1, maximum: 3}),
  direction: Type.Optional(Type.Union([Type.Literal("out"), Type.Literal("in")])),
  relation: Type.Optional(Relation),
  ids: Type.Optional(Type.Boolean({description: "false: only count them; the list of ids is empty"})),
});
export const Reached = Type.Object({
  count: Type.Integer({minimum: 0, description: "How many are reached."}),
  ids: Type.Array(EpisodeId),
});

export const Quota = Type.Object(
  {
    episodes: Type.Optional(Type.Integer({minimum: 0})),
    logBytes: Type.Optional(Type.Integer({minimum: 0})),
    requestsPerS: Type.Optional(Type.Number({exclusiveMinimum: 0})),
  },
  {description: "what a space may take; what is absent is not limited"},
);
export const SpaceInput = Type.Object({dimension: Dimension, quota: Type.Optional(Quota)});
export const SpaceSummary = Type.Object({space: SpaceId, dimension: Dimension, quota: Type.Optional(Quota)});
export const SpaceList = Type.Object({spaces: Type.Array(SpaceSummary)});
const Count = Type.Integer({minimum: 0});
export const SpaceStats = Type.Object({
  space: SpaceId,
  dimension: Dimension,
  episodes: Count,
  vectors: Count,
  edges: Count,
  concepts: Count,
  bindings: Count,
  pending: Type.Integer({minimum: 0, description: "episodes that no consolidation has looked at yet"}),
  logBytes: Count,
  logSyncs: Count,
  vectorBytes: Count,
  indexBytes: Count,
  sequence: Count,
  durable: Type.Integer({minimum: 0, description: "the last sequence number known to be on the disk"}),
  readOnly: Type.Union(
    [Type.Object({code: Type.String(), message: Type.String(), remedy: Type.String()}), Type.Null()],
    {
      description: "why the space takes no writes; null when it is sound",
    },
  ),
  digest: Type.String({description: "equal states have equal digests"}),
});
export const WatchQuery = Type.Object({
  from: Type.Optional(
    Type.Integer({minimum: 1, description: "the first sequence wanted; default: what comes"}),
  ),
});
const EdgeEnds = {from: EpisodeId, to: EpisodeId};
const change = {sequence: Sequence, at: Time, key: Type.Optional(Type.String())};
export const Change = Type.Union(
  [
    Type.Object({
      ...change,
      kind: Type.Literal("store"),
      episodes: Type.Array(
        Type.Object({
          id: EpisodeId,
          embedding: Type.Union([Vector, Type.Null()]),
          at: Time,
          content: Type.String(),
          attributes: Attributes,
          confidence: Confidence,
        }),
      ),
    }),
    Type.Object({
      ...change,
      kind: Type.Literal("link"),
      relation: Relation,
      linkedAt: Time,
      edges: Type.Array(Type.Object({...EdgeEnds, weight: Weight})),
    }),
    Type.Object({
      ...change,
      kind: Type.Literal("unlink"),
      relation: Relation,
      edges: Type.Array(Type.Object(EdgeEnds)),
    }),
    Type.Object({...change, kind: Type.Literal("forget"), ids: Type.Array(EpisodeId)}),
    Type.Object({...change, kind: Type.Literal("weaken"), ids: Type.Array(EpisodeId), factor: Type.Number()}),
    Type.Object({...change, kind: Type.Literal("internal")}),
  ],
  {description: "one record of the log"},
);

const BackupName = Type.String({
  pattern: "^[a-z0-9_-]{1,64}$",
  description: "a name below the server's --backups",
});
export const BackupInput = Type.Object({backup: BackupName});
export const BackupDone = Type.Object({
  sequence: Type.Integer({minimum: 0}),
  at: Time,
  files: Type.Integer({minimum: 0}),
  bytes: Type.Integer({minimum: 0}),
  addedBytes: Type.Integer({minimum: 0}),
});
export const RestoreInput = Type.Object({
  backup: BackupName,
  sequence: Type.Optional(Type.Integer({minimum: 0, description: "as of this record"})),
  time: Type.Optional(Time),
});
export const Restored = Type.Object({sequence: Sequence, at: Time, salvaged: Type.Integer({minimum: 0})});
export const Done = Type.Object({done: Type.Literal(true)});

export const Failure = Type.Object({
  error: Type.Object({
    code: Type.String({description: "stable; switch on it"}),
    message: Type.String({description: "names the value that was wrong"}),
    remedy: Type.String({description: "what mends it"}),
  }),
});

/** Schemas that the OpenAPI document names; what is not here is written out where it is used. */
export const NAMED: Record<string, TSchema> = {
  EpisodeInput,
  EpisodeBatch,
  Episode,
  EpisodePage,
  Written,
  Stored,
  StoredBatch,
  LineStored,
  EdgeBatch,
  EdgeKeys,
  Edges,
  ForgetInput,
  Condition,
  RecallInput,
  Hits,
  RecallInput2,
  Answers,
  ConsolidateInput,
  Consolidated,
  ConceptPage,
  CompleteInput,
  Hypotheses,
  RecogniseInput,
  Recognised,
  AccessInput,
  Change,
  BackupInput,
  BackupDone,
  RestoreInput,
  Restored,
  SpreadInput,
  Activated,
  ReachInput,
  Reached,
  SpaceInput,
  SpaceSummary,
  SpaceList,
  SpaceStats,
  Done,
  Failure,
};
