#include "space/operation.h"

#include <array>

#include "base/limits.h"

namespace engram {
namespace {

constexpr double kDayMs = 86'400'000;

enum EpisodeFlags : uint8_t { kHasEmbedding = 1 };

void encode(Writer& writer, const EpisodeFields& episode) {
  writer.put(static_cast<uint8_t>(episode.embedding.empty() ? 0 : kHasEmbedding));
  writer.sized<uint8_t>(episode.id);
  writer.put(episode.at_ms);
  writer.put(episode.confidence);
  writer.sized<uint32_t>(episode.content);
  writer.sized<uint32_t>(episode.attributes);
  writer.raw(episode.embedding);
}

EpisodeFields decode_episode(Reader& reader, uint32_t dimension) {
  EpisodeFields episode;
  const uint8_t flags = reader.get<uint8_t>();
  episode.id = reader.sized<uint8_t>();
  episode.at_ms = reader.get<double>();
  episode.confidence = reader.get<float>();
  episode.content = reader.sized<uint32_t>();
  episode.attributes = reader.sized<uint32_t>();
  if ((flags & kHasEmbedding) != 0) episode.embedding = reader.raw(size_t{dimension} * sizeof(float));
  return episode;
}

void encode_ids(Writer& writer, const std::vector<View>& ids) {
  writer.put(static_cast<uint32_t>(ids.size()));
  for (View id : ids) writer.sized<uint8_t>(id);
}

std::vector<View> decode_ids(Reader& reader) {
  std::vector<View> ids;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left)
    ids.push_back(reader.sized<uint8_t>());
  return ids;
}

void encode_payload(Writer& writer, const StoreOperation& operation) {
  writer.put(static_cast<uint32_t>(operation.episodes.size()));
  for (const EpisodeFields& episode : operation.episodes) encode(writer, episode);
}

void encode_payload(Writer& writer, const LinkOperation& operation) {
  writer.sized<uint8_t>(operation.relation);
  writer.put(operation.at_ms);
  writer.put(static_cast<uint32_t>(operation.edges.size()));
  for (const EdgeFields& edge : operation.edges) {
    writer.sized<uint8_t>(edge.from);
    writer.sized<uint8_t>(edge.to);
    writer.put(edge.weight);
  }
}

void encode_payload(Writer& writer, const UnlinkOperation& operation) {
  writer.sized<uint8_t>(operation.relation);
  writer.put(static_cast<uint32_t>(operation.edges.size()));
  for (const EdgeFields& edge : operation.edges) {
    writer.sized<uint8_t>(edge.from);
    writer.sized<uint8_t>(edge.to);
  }
}

void encode_payload(Writer& writer, const ForgetOperation& operation) {
  writer.put(static_cast<uint8_t>(operation.mode));
  writer.put(operation.factor);
  encode_ids(writer, operation.ids);
}

void encode_payload(Writer& writer, const TouchOperation& operation) {
  writer.put(operation.at_ms);
  encode_ids(writer, operation.ids);
}

void encode_payload(Writer& writer, const BindOperation& operation) {
  writer.put(operation.number);
  writer.put(operation.at_ms);
  encode_ids(writer, operation.ids);
}

void encode_payload(Writer& writer, const DissolveOperation& operation) {
  writer.put(static_cast<uint32_t>(operation.numbers.size()));
  for (const uint32_t number : operation.numbers) writer.put(number);
}

void encode_payload(Writer& writer, const CycleOperation& operation) {
  writer.put(operation.at_ms);
  writer.put(operation.through);
}

void encode_knots(Writer& writer, const std::vector<CalibrationKnot>& knots) {
  writer.put(static_cast<uint32_t>(knots.size()));
  for (const CalibrationKnot& knot : knots) {
    writer.put(knot.score);
    writer.put(knot.probability);
  }
}

void encode_payload(Writer& writer, const MemoryOperation& operation) {
  writer.put(static_cast<uint8_t>(operation.decay.model));
  writer.put(operation.decay.tau_ms);
  writer.put(operation.decay.beta);
  writer.put(operation.decay.rehearsals);
  writer.put(operation.decay.spacing_gain);
  encode_knots(writer, operation.calibration);
  writer.put(operation.decay.power_tau_ms);
  encode_knots(writer, operation.completions);
}

void encode_payload(Writer& writer, const ConceptsOperation& operation) {
  writer.put(static_cast<uint32_t>(operation.concepts.size()));
  for (const ConceptState& one : operation.concepts) {
    writer.put(one.number);
    writer.put(one.formed_at_ms);
    writer.put(one.strength);
    writer.put(static_cast<uint32_t>(one.members.size()));
    for (const uint32_t ordinal : one.members) writer.put(ordinal);
  }
}

void encode_payload(Writer& writer, const CyclesOperation& operation) {
  writer.put(operation.numbers);
  writer.put(operation.cycles);
  encode_payload(writer, operation.last);
}

void encode_payload(Writer& writer, const StabilityOperation& operation) {
  writer.put(static_cast<uint32_t>(operation.episodes.size()));
  for (const StabilityState& one : operation.episodes) {
    writer.put(one.ordinal);
    writer.put(one.stability);
  }
}

void encode_payload(Writer& writer, const TracesOperation& operation) {
  writer.put(static_cast<uint32_t>(operation.episodes.size()));
  for (const auto& [ordinal, traces] : operation.episodes) {
    writer.put(ordinal);
    writer.put(traces.stability);
    writer.put(traces.found);
    writer.put(traces.older_stability);
    writer.put(traces.older_since_ms);
  }
}

void encode_payload(Writer& writer, const StateOperation& operation) {
  writer.put(static_cast<uint32_t>(operation.episodes.size()));
  for (const EpisodeState& state : operation.episodes) {
    writer.put(state.ordinal);
    writer.put(state.strength);
    writer.put(state.access_count);
    writer.put(state.last_access_ms);
    writer.put(state.sequence);
    encode(writer, state.fields);
  }
}

void encode_payload(Writer& writer, const EdgesOperation& operation) {
  writer.sized<uint8_t>(operation.relation);
  writer.put(static_cast<uint32_t>(operation.edges.size()));
  for (const EdgeState& edge : operation.edges) {
    writer.put(edge.from);
    writer.put(edge.to);
    writer.put(edge.weight);
    writer.put(edge.at_ms);
  }
}

void encode_payload(Writer& writer, const EndOperation& operation) {
  writer.put(operation.episodes);
  writer.put(operation.edges);
  writer.put(static_cast<uint32_t>(operation.free_ordinals.size()));
  for (uint32_t ordinal : operation.free_ordinals) writer.put(ordinal);
}

void encode_payload(Writer& writer, const KeysOperation& operation) {
  writer.put(static_cast<uint32_t>(operation.keys.size()));
  for (const KeyState& key : operation.keys) {
    writer.sized<uint8_t>(key.key);
    writer.put(key.fingerprint);
    writer.put(key.sequence);
  }
}

void encode_payload(Writer& writer, const IndexOperation& operation) { writer.raw(operation.image); }

Operation decode_store(Reader& reader, uint32_t dimension) {
  StoreOperation operation;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left)
    operation.episodes.push_back(decode_episode(reader, dimension));
  return operation;
}

Operation decode_link(Reader& reader, uint32_t) {
  LinkOperation operation;
  operation.relation = reader.sized<uint8_t>();
  operation.at_ms = reader.get<double>();
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    EdgeFields edge;
    edge.from = reader.sized<uint8_t>();
    edge.to = reader.sized<uint8_t>();
    edge.weight = reader.get<float>();
    operation.edges.push_back(edge);
  }
  return operation;
}

Operation decode_unlink(Reader& reader, uint32_t) {
  UnlinkOperation operation;
  operation.relation = reader.sized<uint8_t>();
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    EdgeFields edge;
    edge.from = reader.sized<uint8_t>();
    edge.to = reader.sized<uint8_t>();
    operation.edges.push_back(edge);
  }
  return operation;
}

Operation decode_forget(Reader& reader, uint32_t) {
  ForgetOperation operation;
  operation.mode = reader.get<uint8_t>() == 0 ? ForgetMode::kSuppress : ForgetMode::kDelete;
  operation.factor = reader.get<float>();
  operation.ids = decode_ids(reader);
  return operation;
}

Operation decode_touch(Reader& reader, uint32_t) {
  TouchOperation operation;
  operation.at_ms = reader.get<double>();
  operation.ids = decode_ids(reader);
  return operation;
}

std::vector<uint32_t> decode_numbers(Reader& reader) {
  std::vector<uint32_t> numbers;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left)
    numbers.push_back(reader.get<uint32_t>());
  return numbers;
}

Operation decode_bind(Reader& reader, uint32_t) {
  BindOperation operation;
  operation.number = reader.get<uint32_t>();
  operation.at_ms = reader.get<double>();
  operation.ids = decode_ids(reader);
  return operation;
}

Operation decode_dissolve(Reader& reader, uint32_t) { return DissolveOperation{decode_numbers(reader)}; }

CycleOperation decode_cycle_fields(Reader& reader) {
  CycleOperation operation;
  operation.at_ms = reader.get<double>();
  operation.through = reader.get<uint64_t>();
  return operation;
}

Operation decode_cycle(Reader& reader, uint32_t) { return decode_cycle_fields(reader); }

std::vector<CalibrationKnot> decode_knots(Reader& reader) {
  std::vector<CalibrationKnot> knots;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    CalibrationKnot knot;
    knot.score = reader.get<float>();
    knot.probability = reader.get<float>();
    knots.push_back(knot);
  }
  return knots;
}

Operation decode_memory(Reader& reader, uint32_t) {
  MemoryOperation operation;
  operation.decay.model = static_cast<DecayModel>(reader.get<uint8_t>());
  operation.decay.tau_ms = reader.get<double>();
  operation.decay.beta = reader.get<double>();
  operation.decay.rehearsals = reader.get<uint32_t>();
  operation.decay.spacing_gain = reader.get<float>();
  operation.calibration = decode_knots(reader);
  // Before log version 3 it ended here: the power law's time constant was a day.
  operation.decay.power_tau_ms = kDayMs;
  if (reader.left() == 0) return operation;
  operation.decay.power_tau_ms = reader.get<double>();
  operation.completions = decode_knots(reader);
  return operation;
}

Operation decode_concepts(Reader& reader, uint32_t) {
  ConceptsOperation operation;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    ConceptState one;
    one.number = reader.get<uint32_t>();
    one.formed_at_ms = reader.get<double>();
    one.strength = reader.get<float>();
    one.members = decode_numbers(reader);
    operation.concepts.push_back(std::move(one));
  }
  return operation;
}

Operation decode_cycles(Reader& reader, uint32_t) {
  CyclesOperation operation;
  operation.numbers = reader.get<uint32_t>();
  operation.cycles = reader.get<uint64_t>();
  operation.last = decode_cycle_fields(reader);
  return operation;
}

Operation decode_stability(Reader& reader, uint32_t) {
  StabilityOperation operation;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    StabilityState one;
    one.ordinal = reader.get<uint32_t>();
    one.stability = reader.get<float>();
    operation.episodes.push_back(one);
  }
  return operation;
}

Operation decode_traces(Reader& reader, uint32_t) {
  TracesOperation operation;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    TracesState one;
    one.ordinal = reader.get<uint32_t>();
    one.traces.stability = reader.get<float>();
    one.traces.found = reader.get<float>();
    one.traces.older_stability = reader.get<float>();
    one.traces.older_since_ms = reader.get<double>();
    operation.episodes.push_back(one);
  }
  return operation;
}

Operation decode_state(Reader& reader, uint32_t dimension) {
  StateOperation operation;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    EpisodeState state;
    state.ordinal = reader.get<uint32_t>();
    state.strength = reader.get<float>();
    state.access_count = reader.get<uint32_t>();
    state.last_access_ms = reader.get<double>();
    state.sequence = reader.get<uint64_t>();
    state.fields = decode_episode(reader, dimension);
    operation.episodes.push_back(state);
  }
  return operation;
}

Operation decode_edges(Reader& reader, uint32_t) {
  EdgesOperation operation;
  operation.relation = reader.sized<uint8_t>();
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    EdgeState edge;
    edge.from = reader.get<uint32_t>();
    edge.to = reader.get<uint32_t>();
    edge.weight = reader.get<float>();
    edge.at_ms = reader.get<double>();
    operation.edges.push_back(edge);
  }
  return operation;
}

Operation decode_end(Reader& reader, uint32_t) {
  EndOperation operation;
  operation.episodes = reader.get<uint64_t>();
  operation.edges = reader.get<uint64_t>();
  operation.free_ordinals = decode_numbers(reader);
  return operation;
}

Operation decode_keys(Reader& reader, uint32_t) {
  KeysOperation operation;
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    KeyState key;
    key.key = reader.sized<uint8_t>();
    key.fingerprint = reader.get<uint64_t>();
    key.sequence = reader.get<uint64_t>();
    operation.keys.push_back(key);
  }
  return operation;
}

Operation decode_index(Reader& reader, uint32_t) { return IndexOperation{reader.raw(reader.left())}; }

struct Kind {
  OperationType type;
  Operation (*decode)(Reader&, uint32_t dimension);
};

/** In the order of the variant's alternatives. */
constexpr std::array<Kind, std::variant_size_v<Operation>> kKinds = {{
    {OperationType::kStore, decode_store},
    {OperationType::kLink, decode_link},
    {OperationType::kUnlink, decode_unlink},
    {OperationType::kForget, decode_forget},
    {OperationType::kTouch, decode_touch},
    {OperationType::kBind, decode_bind},
    {OperationType::kDissolve, decode_dissolve},
    {OperationType::kCycle, decode_cycle},
    {OperationType::kMemory, decode_memory},
    {OperationType::kState, decode_state},
    {OperationType::kEdges, decode_edges},
    {OperationType::kEnd, decode_end},
    {OperationType::kKeys, decode_keys},
    {OperationType::kConcepts, decode_concepts},
    {OperationType::kCycles, decode_cycles},
    {OperationType::kStability, decode_stability},
    {OperationType::kTraces, decode_traces},
    {OperationType::kIndex, decode_index},
}};

}  // namespace

OperationType type_of(const Operation& operation) { return kKinds[operation.index()].type; }

void encode_operation(Bytes& out, const Operation& operation) {
  Writer writer(out);
  std::visit([&](const auto& value) { encode_payload(writer, value); }, operation);
}

std::optional<Operation> decode_operation(uint16_t type, View payload, uint32_t dimension) {
  for (const Kind& kind : kKinds) {
    if (static_cast<uint16_t>(kind.type) != type) continue;
    Reader reader(payload);
    Operation operation = kind.decode(reader, dimension);
    if (!reader.done()) return std::nullopt;
    return operation;
  }
  return std::nullopt;
}

}  // namespace engram
