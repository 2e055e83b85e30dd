#include "oracle/model.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace engram {
namespace {

/** How much of what a concept lacks each confirmation adds. */
constexpr float kConfirmation = 0.1F;

void add_episode(Bytes& out, View id, const ModelEpisode& episode) {
  Writer writer(out);
  out += "episode ";
  writer.sized<uint8_t>(id);
  writer.sized<uint32_t>(episode.embedding);
  writer.put(episode.at_ms);
  writer.sized<uint32_t>(episode.content);
  writer.put(episode.confidence);
  writer.put(episode.strength);
  writer.put(episode.access_count);
  writer.put(episode.last_access_ms);
}

void add_concept(Bytes& out, uint32_t number, const ModelConcept& one) {
  Writer writer(out);
  out += "concept ";
  writer.put(number);
  writer.put(one.formed_at_ms);
  writer.put(one.strength);
  for (const Bytes& member : one.members) writer.sized<uint8_t>(member);
}

void add_memory(Bytes& out, uint64_t cycles, const DecaySettings& decay, uint64_t keys) {
  Writer writer(out);
  out += "memory ";
  writer.put(cycles);
  writer.put(static_cast<uint8_t>(decay.model));
  writer.put(decay.tau_ms);
  writer.put(decay.beta);
  writer.put(decay.rehearsals);
  writer.put(decay.spacing_gain);
  writer.put(keys);
}

void add_edge(Bytes& out, View from, View relation, View to, const ModelEdge& edge) {
  Writer writer(out);
  out += "edge ";
  for (const View part : {from, relation, to}) writer.sized<uint8_t>(part);
  writer.put(edge.weight);
  writer.put(edge.at_ms);
}

}  // namespace

double spaced(const DecaySettings& decay, const ModelEpisode& one, double now_ms) {
  const auto trace = [&](double since_ms, double stability) {
    return std::pow(1 + std::max(0.0, now_ms - since_ms) / decay.power_tau_ms, -decay.beta / stability);
  };
  if (one.access_count == 0) return trace(one.at_ms, 1);
  const double lost =
      (1 - trace(one.last_access_ms, 1)) * (1 - trace(one.older_since_ms, one.older_stability));
  return one.found * trace(one.last_access_ms, one.stability) + (1 - one.found) * (1 - lost);
}

void Model::release(View id) {
  for (auto one = concepts_.begin(); one != concepts_.end(); ++one) {
    if (one->second.members.erase(Bytes(id)) == 0) continue;
    if (one->second.members.empty()) concepts_.erase(one);
    return;
  }
}

void Model::touch(View id, double at_ms) {
  const auto found = episodes_.find(Bytes(id));
  if (found == episodes_.end()) return;
  ModelEpisode& one = found->second;
  const double since = one.access_count == 0 ? one.at_ms : one.last_access_ms;
  const double left = spaced(decay_, one, at_ms);
  one.older_stability = one.access_count == 0 ? 1 : one.found * one.stability + (1 - one.found);
  one.older_since_ms = since;
  one.found = left;
  one.stability =
      std::min(one.older_stability * (1 + double{decay_.spacing_gain} * (1 - left)), double{kStabilityMax});
  ++one.access_count;
  one.last_access_ms = std::max(one.last_access_ms, at_ms);
}

void Model::consolidate(const Operation& operation) {
  if (const auto* bind = std::get_if<BindOperation>(&operation)) {
    for (const View id : bind->ids) release(id);
    const auto [one, formed] = concepts_.try_emplace(bind->number);
    if (formed)
      one->second.formed_at_ms = bind->at_ms;
    else
      one->second.strength += kConfirmation * (1 - one->second.strength);
    for (const View id : bind->ids) one->second.members.insert(Bytes(id));
  }
  if (const auto* dissolve = std::get_if<DissolveOperation>(&operation))
    for (const uint32_t number : dissolve->numbers) concepts_.erase(number);
  if (std::holds_alternative<CycleOperation>(operation)) ++cycles_;
}

Bytes Model::text() const {
  Bytes out;
  for (const auto& [id, episode] : episodes_) add_episode(out, id, episode);
  for (const auto& [key, edge] : edges_)
    add_edge(out, std::get<0>(key), std::get<1>(key), std::get<2>(key), edge);
  for (const auto& [number, one] : concepts_) add_concept(out, number, one);
  add_memory(out, cycles_, decay_, std::min(keys_.size(), IdempotencyKeys::kKept));
  return out;
}

Bytes text_of(const Space& space, Detail detail) {
  Bytes out;
  Bytes edges;
  for (const Episode& episode : space.scan("", std::numeric_limits<size_t>::max())) {
    add_episode(
        out, episode.id,
        {{reinterpret_cast<const char*>(episode.embedding.data()), episode.embedding.size() * sizeof(float)},
         episode.at_ms,
         episode.content,
         episode.confidence,
         episode.strength,
         episode.access_count,
         episode.last_access_ms});
    for (const Edge& edge : space.edges(episode.id))
      add_edge(edges, episode.id, edge.relation, edge.to, {edge.weight, edge.at_ms});
  }
  out += edges;
  const size_t concepts = detail == Detail::kWhole ? std::numeric_limits<size_t>::max() : 0;
  for (const ConceptView& view : space.scan_concepts(0, concepts)) {
    ModelConcept one{view.formed_at_ms, view.strength, {}};
    for (const ConceptMember& member : view.members) one.members.insert(member.id);
    add_concept(out, view.number, one);
  }
  const SpaceStats stats = space.stats();
  add_memory(out, stats.cycles, space.memory_settings().decay, stats.idempotency_keys);
  return out;
}

}  // namespace engram
