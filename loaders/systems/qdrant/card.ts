import type {Configuration, SystemCard} from "../system.ts";

const COMMON = {
  form: "embedded",
  warm_up_rounds: 1,
} satisfies Partial<Configuration>;

/** One index over everything, so that no search visits several. */
const ONE_SEGMENT = {
  m: 16,
  ef_construct: 100,
  full_scan_threshold: 10,
  default_segment_number: 1,
  max_segment_size: 10_000_000,
  indexing_threshold: 10,
};

export const card: SystemCard = {
  name: "qdrant",
  title: "Qdrant",
  version: "0.9.0",
  licence: "Apache-2.0",
  home: "https://qdrant.tech",
  origin: "PyPI qdrant-edge-py 0.9.0: the vendor's own engine, in a process of its own",
  install_mb: 65,
  configurations: [
    {
      ...COMMON,
      name: "int8",
      says: "Vectors scalar-quantised to int8 and held in memory, half again as many candidates rescored in full precision: the least oversampling that loses no recall (1, 1.5, 2 and 3 were tried).",
      scenarios: ["search"],
      tuned_by: "us, after the vendor's guide to quantisation",
      settings: {...ONE_SEGMENT, quantization: "int8", rescore: true, oversampling: 1.5},
    },
    {
      ...COMMON,
      name: "turbo",
      says: "TurboQuant at four bits, twice as many candidates rescored in full precision (1, 1.5, 2 and 3 were tried, at four and at eight bits).",
      scenarios: ["search"],
      tuned_by: "us, after the vendor's guide to quantisation",
      settings: {...ONE_SEGMENT, quantization: "turbo", bits: "Bits4", rescore: true, oversampling: 2},
    },
    {
      ...COMMON,
      name: "default",
      says: "As the vendor ships it: full precision, nothing set but the number of threads.",
      scenarios: ["search", "write"],
      tuned_by: "nobody: its defaults",
      settings: {},
      durability:
        "update() and then flush() return. update() alone syncs nothing, flush() syncs its log and every segment (both seen by strace): the engine has no call that syncs its log alone.",
    },
  ],
  caveats: [
    {
      favours: "peer",
      says: "No registry offers the server (the crate named qdrant is an empty placeholder; npm, PyPI and Maven Central have clients only; Debian has no package): its engine in process leaves out what serving costs it.",
    },
    {
      favours: "peer",
      says: "It is timed in its own process around the vendor's call; engram is called from JavaScript and pays its binding.",
    },
    {
      favours: "engram",
      says: "The call is Python's: making a result object for each hit is inside of the clock (see the null request).",
    },
    {
      favours: "engram",
      says: "Its durable writes pay for a flush of all segments; its server acknowledges a write before it is on the disk, and is faster for it.",
    },
  ],
};
