#include "space/operation.h"

#include <array>

#include "base/limits.h"

namespace engram {
namespace {

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
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left)
    operation.free_ordinals.push_back(reader.get<uint32_t>());
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
    {OperationType::kState, decode_state},
    {OperationType::kEdges, decode_edges},
    {OperationType::kEnd, decode_end},
    {OperationType::kKeys, decode_keys},
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
