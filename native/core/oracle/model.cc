#include "oracle/model.h"

#include <limits>

namespace engram {
namespace {

void add_episode(Bytes& out, View id, const ModelEpisode& episode) {
  Writer writer(out);
  out += "episode ";
  writer.sized<uint8_t>(id);
  writer.sized<uint32_t>(episode.embedding);
  writer.put(episode.at_ms);
  writer.sized<uint32_t>(episode.content);
  writer.put(episode.confidence);
  writer.put(episode.strength);
}

void add_edge(Bytes& out, View from, View relation, View to, const ModelEdge& edge) {
  Writer writer(out);
  out += "edge ";
  for (const View part : {from, relation, to}) writer.sized<uint8_t>(part);
  writer.put(edge.weight);
  writer.put(edge.at_ms);
}

}  // namespace

Bytes Model::text() const {
  Bytes out;
  for (const auto& [id, episode] : episodes_) add_episode(out, id, episode);
  for (const auto& [key, edge] : edges_)
    add_edge(out, std::get<0>(key), std::get<1>(key), std::get<2>(key), edge);
  return out;
}

Bytes text_of(const Space& space) {
  Bytes out;
  Bytes edges;
  for (const Episode& episode : space.scan("", std::numeric_limits<size_t>::max())) {
    add_episode(
        out, episode.id,
        {{reinterpret_cast<const char*>(episode.embedding.data()), episode.embedding.size() * sizeof(float)},
         episode.at_ms,
         episode.content,
         episode.confidence,
         episode.strength});
    for (const Edge& edge : space.edges(episode.id))
      add_edge(edges, episode.id, edge.relation, edge.to, {edge.weight, edge.at_ms});
  }
  return out + edges;
}

}  // namespace engram
