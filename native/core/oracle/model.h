// What a space should hold, by plain maps: the other side of every comparison the oracle makes.
#pragma once

#include <map>
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
};

struct ModelEdge {
  float weight = 1;
  double at_ms = 0;
};

class Model {
 public:
  void store(View id, ModelEpisode episode) {
    auto& kept = episodes_[Bytes(id)];
    const bool same = kept.embedding == episode.embedding && kept.at_ms == episode.at_ms &&
                      kept.content == episode.content && kept.confidence == episode.confidence &&
                      !kept.content.empty();
    if (!same) kept = std::move(episode);
  }
  bool has(View id) const { return episodes_.contains(Bytes(id)); }
  void link(View from, View to, View relation, const ModelEdge& edge) {
    edges_[{Bytes(from), Bytes(relation), Bytes(to)}] = edge;
  }
  void unlink(View from, View to, View relation) { edges_.erase({Bytes(from), Bytes(relation), Bytes(to)}); }
  void erase(View id) {
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

  /** The whole state as one text, in canonical order. */
  Bytes text() const;

 private:
  Episodes episodes_;
  Edges edges_;
};

/** The same text, read from a space through its public calls. */
Bytes text_of(const Space& space);

}  // namespace engram
