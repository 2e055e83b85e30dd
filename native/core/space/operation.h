// The operations a log is made of, as values, and their encoding as record payloads. FORMAT.md, "Payloads".
// Views point into the caller's memory or into the record they were decoded from.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "memory/confidence.h"
#include "memory/decay.h"

namespace engram {

enum class OperationType : uint16_t {
  kStore = 1,
  kLink = 2,
  kUnlink = 3,
  kForget = 4,
  kTouch = 5,
  kBind = 6,
  kDissolve = 7,
  kCycle = 8,
  kMemory = 9,
  // Only in snapshots:
  kState = 16,      // episodes with their strength, accesses and ordinals
  kEdges = 17,      // edges of one relation between ordinals
  kEnd = 18,        // the last record: counts of all that came before
  kKeys = 19,       // idempotency keys, oldest first
  kConcepts = 20,   // concepts with their members, by ordinal
  kCycles = 21,     // where consolidation stands
  kStability = 22,  // of episodes that were accessed, before snapshot version 5
  kTraces = 23,     // the same from then on
  kIndex = 24,      // the vector graph, before the episodes whose vectors it links
};

/** An episode as it is stored: everything but what the engine keeps about it. */
struct EpisodeFields {
  View id;
  View embedding;  // dimension × f32, little-endian, maybe unaligned; empty: a node of the graph only
  double at_ms = 0;
  View content;
  View attributes;  // canonical encoding of attributes.h
  float confidence = 1;

  bool operator==(const EpisodeFields&) const = default;
};

struct StoreOperation {
  std::vector<EpisodeFields> episodes;
};

struct EdgeFields {
  View from;
  View to;
  float weight = 1;  // [-1, 1]; unused by unlink
};

struct LinkOperation {
  View relation;
  double at_ms = 0;
  std::vector<EdgeFields> edges;
};

struct UnlinkOperation {
  View relation;
  std::vector<EdgeFields> edges;
};

enum class ForgetMode : uint8_t { kSuppress = 0, kDelete = 1 };

struct ForgetOperation {
  ForgetMode mode = ForgetMode::kDelete;
  float factor = 0.5F;  // kSuppress: strength is multiplied by it
  std::vector<View> ids;
};

/** An access that counts: raises the access count and sets the last access. */
struct TouchOperation {
  double at_ms = 0;
  std::vector<View> ids;
};

/** Episodes bound to one concept, in one record: bound both ways, or not at all. It forms the concept when
 * the number is new; an episode bound elsewhere moves. */
struct BindOperation {
  uint32_t number = 0;
  double at_ms = 0;
  std::vector<View> ids;
};

/** Ends concepts with all their bindings; their episodes stay. */
struct DissolveOperation {
  std::vector<uint32_t> numbers;
};

/** A cycle of consolidation is through with all episodes stored up to a sequence. */
struct CycleOperation {
  double at_ms = 0;
  uint64_t through = 0;
};

/** How the space remembers from now on: decay and calibrations. */
struct MemoryOperation {
  DecaySettings decay;
  std::vector<CalibrationKnot> calibration;  // of answers
  std::vector<CalibrationKnot> completions;
};

/** An episode with what the engine keeps about it; a snapshot is made of these. */
struct EpisodeState {
  EpisodeFields fields;
  uint32_t ordinal = 0;
  float strength = 1;
  uint32_t access_count = 0;
  double last_access_ms = 0;
  uint64_t sequence = 0;
};

struct StateOperation {
  std::vector<EpisodeState> episodes;
};

struct EdgeState {
  uint32_t from = 0;
  uint32_t to = 0;
  float weight = 1;
  double at_ms = 0;
};

struct EdgesOperation {
  View relation;
  std::vector<EdgeState> edges;
};

struct ConceptState {
  uint32_t number = 0;
  double formed_at_ms = 0;
  float strength = 0;
  std::vector<uint32_t> members;  // ordinals, ascending
};

struct ConceptsOperation {
  std::vector<ConceptState> concepts;
};

struct CyclesOperation {
  uint32_t numbers = 0;  // all concept numbers ever given are below
  uint64_t cycles = 0;
  CycleOperation last;
};

struct StabilityState {
  uint32_t ordinal = 0;
  float stability = 1;
};

struct StabilityOperation {
  std::vector<StabilityState> episodes;
};

struct TracesState {
  uint32_t ordinal = 0;
  Traces traces;
};

struct TracesOperation {
  std::vector<TracesState> episodes;
};

struct EndOperation {
  uint64_t episodes = 0;
  uint64_t edges = 0;
  std::vector<uint32_t> free_ordinals;  // the last one is used first
};

struct KeyState {
  View key;
  uint64_t fingerprint = 0;
  uint64_t sequence = 0;
};

struct KeysOperation {
  std::vector<KeyState> keys;
};

struct IndexOperation {
  View image;  // VectorIndex::image()
};

using Operation =
    std::variant<StoreOperation, LinkOperation, UnlinkOperation, ForgetOperation, TouchOperation,
                 BindOperation, DissolveOperation, CycleOperation, MemoryOperation, StateOperation,
                 EdgesOperation, EndOperation, KeysOperation, ConceptsOperation, CyclesOperation,
                 StabilityOperation, TracesOperation, IndexOperation>;

OperationType type_of(const Operation& operation);
/** Appends the payload of `operation`. */
void encode_operation(Bytes& out, const Operation& operation);
/** Nothing when the payload is not one of this type. `dimension` sizes the embeddings. */
std::optional<Operation> decode_operation(uint16_t type, View payload, uint32_t dimension);

}  // namespace engram
