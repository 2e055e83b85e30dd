// What the addon exports, typed: the border that space.ts and the Engine call across. Positional arguments, in the
// order of native/addon.
import {existsSync} from "node:fs";
import {createRequire} from "node:module";
import {fileURLToPath} from "node:url";
import {EngramError} from "./errors.ts";
import type {NativeMemory} from "./memory.ts";
import type {
  Attributes,
  Backup,
  Change,
  Edge,
  Episode,
  Filter,
  Metrics,
  Restored,
  Stats,
  TimeCursor,
} from "./types.ts";

export interface NativeSpace extends NativeMemory {
  store(
    ids: string[],
    embeddings: Float32Array | null,
    at: Float64Array,
    contents: string[],
    attributes: Attributes[],
    confidences: Float64Array,
    ...how: NativeWrite
  ): Promise<number>;
  link(
    from: string[],
    to: string[],
    relation: string,
    weights: Float32Array,
    at: number,
    ...how: NativeWrite
  ): Promise<number>;
  unlink(from: string[], to: string[], relation: string, ...how: NativeWrite): Promise<number>;
  forget(
    ids: string[],
    durability: number,
    suppress: boolean,
    factor: number,
    now: number,
    key: string,
  ): Promise<number>;
  scan(after: string, limit: number): Episode[];
  scanTime(
    from: number,
    until: number,
    after: TimeCursor | null,
    limit: number,
  ): {episodes: Episode[]; next: TimeCursor | null};
  edges(id: string): Edge[];
  watch(from: number, changed: () => void): NativeWatch;
  backup(directory: string): Promise<Backup>;
  snapshot(): Promise<void>;
  verify(): Promise<void>;
  get(id: string): Episode | undefined;
  recall(
    vector: Float32Array | null,
    k: number,
    ef: number,
    exact: boolean,
    filter: Filter | null,
  ): Promise<{ordinals: Uint32Array; scores: Float32Array}>;
  recallSync(
    vector: Float32Array,
    k: number,
    ef: number,
    exact: boolean,
    filter: Filter | null,
    ordinals: Uint32Array,
    scores: Float32Array,
  ): number;
  prepareRecall(k: number, ef: number, exact: boolean, filter: Filter | null): NativePreparedRecall;
  spread(
    ids: string[],
    activations: Float32Array,
    depth: number,
    cutoff: number,
    fan: number,
    arcBudget: number,
    limit: number,
  ): Promise<{ordinals: Uint32Array; scores: Float32Array; truncated: boolean}>;
  spreadSync(
    id: string,
    depth: number,
    cutoff: number,
    fan: number,
    revisit: number,
    ordinals: Uint32Array,
  ): number;
  reach(id: string, hops: number, inwards: boolean, relation: string): Promise<Uint32Array>;
  reachSync(id: string, hops: number, inwards: boolean, relation: string): Uint32Array;
  dimension(): number;
  ids(ordinals: Uint32Array): string[];
  stats(): Stats;
  metrics(): Metrics;
  digest(): Promise<string>;
  damage(): Error | null;
  sync(): Promise<void>;
}

export interface NativePreparedRecall {
  vector: Float32Array;
  ordinals: Uint32Array;
  scores: Float32Array;
  recall: () => number;
}

/** Durability, the writer's time in ms since 1970, idempotency key or "". */
export type NativeWrite = [durability: number, now: number, key: string];

export interface NativeWatch {
  next(): Promise<Change[]>;
  close(): void;
}

export interface NativeEngine {
  space(id: string, dimension: number): Promise<NativeSpace>;
  spaces(): string[];
  restore(
    id: string,
    directory: string,
    sequence: number | null,
    time: number | null,
    salvage: string,
  ): Promise<Restored>;
  verifyBackup(directory: string): Promise<Backup>;
  close(): Promise<void>;
}

export interface NativeListener {
  open(name: string, space: NativeSpace): void;
  shut(name: string): void;
  adopt(fd: number): boolean;
  /** Descriptor, bytes, descriptor, bytes, … */
  handedBack(): (number | Buffer)[];
  served(): Float32Array;
  connections(): number;
  stop(): void;
}

interface Native {
  Listener: new (
    vectorType: string,
    hitsType: string,
    jsonType: string,
    fields: string,
    connections: number,
    firstRequestMs: number,
    idleMs: number,
    stalledMs: number,
    longRecallUs: number,
    restRequests: number,
    notify: () => void,
  ) => NativeListener;
  Engine: new (directory: string, retainBytes: number) => NativeEngine;
  traceStart(): void;
  traceStop(): Float64Array;
  jsonNumbers(text: Uint8Array, key: string, numbers: Float32Array, span: Uint32Array): boolean;
}

const ADDON = fileURLToPath(new URL("../build/engram.node", import.meta.url));

export function native(): Native {
  if (!existsSync(ADDON))
    throw new EngramError(
      `the native core is not built: ${ADDON} is missing`,
      "not_built",
      "run npm run build:native",
    );
  return createRequire(import.meta.url)(ADDON) as Native;
}
