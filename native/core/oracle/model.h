// What a space should hold, by plain maps: the other side of every comparison the oracle makes.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "space/space.h"

namespace engram {

struct ModelEpisode {
  Bytes embedding;
  double at_ms = 0;
  Bytes content;
  float confidence = 1;
  float strength = 1;
  uint32_t access_count = 0;
  double last_access_ms = 0;
  /** Of the spacing-aware decay; no part of the text: the engine's come out of other roundings. */
  double stability = 1;
  double found = 1;
  double older_stability = 1;
  double older_since_ms = 0;
};

struct ModelConcept {
  double formed_at_ms = 0;
  float strength = 0.5F;
  std::set<Bytes> members;
};

struct ModelEdge {
  float weight = 1;
  double at_ms = 0;
};

/** What the spacing-aware decay leaves of it. */
double spaced(const DecaySettings& decay, const ModelEpisode& one, double now_ms);

class Model {
 public:
  void store(View id, ModelEpisode episode) {
    auto& kept = episodes_[Bytes(id)];
    const bool same = kept.embedding == episode.embedding && kept.at_ms == episode.at_ms &&
                      kept.content == episode.content && kept.confidence == episode.confidence &&
                      !kept.content.empty();
    if (same) return;
    if (kept.embedding != episode.embedding) release(id);
    kept = std::move(episode);
  }
  bool has(View id) const { return episodes_.contains(Bytes(id)); }
  void link(View from, View to, View relation, const ModelEdge& edge) {
    edges_[{Bytes(from), Bytes(relation), Bytes(to)}] = edge;
  }
  void unlink(View from, View to, View relation) { edges_.erase({Bytes(from), Bytes(relation), Bytes(to)}); }
  void erase(View id) {
    release(id);
    episodes_.erase(Bytes(id));
    std::erase_if(edges_, [&](const auto& edge) {
      return std::get<0>(edge.first) == id || std::get<2>(edge.first) == id;
    });
  }
  void weaken(View id, float factor) {
    if (const auto found = episodes_.find(Bytes(id)); found != episodes_.end())
      found->second.strength *= factor;
  }

  using Episodes = std::map<Bytes, ModelEpisode>;
  /** (from, relation, to) → edge. */
  using Edges = std::map<std::tuple<Bytes, Bytes, Bytes>, ModelEdge>;
  const Episodes& episodes() const { return episodes_; }
  const Edges& edges() const { return edges_; }
  /** By number. */
  using Concepts = std::map<uint32_t, ModelConcept>;
  const Concepts& concepts() const { return concepts_; }
  const DecaySettings& decay() const { return decay_; }
  void touch(View id, double at_ms);
  void configure(const DecaySettings& decay) { decay_ = decay; }
  /** Whether a request under this key is the first; it is known from then on. */
  bool once(View key) { return keys_.insert(Bytes(key)).second; }
  const std::set<Bytes>& keys() const { return keys_; }
  /** What a cycle of consolidation says that it commits. */
  void consolidate(const Operation& operation);

  /** The whole state as one text, in canonical order. */
  Bytes text() const;

 private:
  Episodes episodes_;
  Edges edges_;
  /** Out of its concept, which ends with its last member. */
  void release(View id);

  Concepts concepts_;
  uint64_t cycles_ = 0;
  DecaySettings decay_;
  std::set<Bytes> keys_;
};

enum class Detail : uint8_t { kWhole, kWithoutConcepts };

/** The same text, read from a space through its public calls; without concepts for whoever does not know
 * which ones consolidation forms, but that it ran. */
Bytes text_of(const Space& space, Detail detail = Detail::kWhole);

}  // namespace engram
