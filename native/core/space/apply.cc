// What an operation of the log does to the state: the same when it is written and when it is replayed.
#include "space/input.h"
#include "space/space.h"

namespace engram {

void Space::apply(const Operation& operation) {
  std::visit(
      [this](const auto& one) {
        using Type = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Type, StoreOperation> || std::is_same_v<Type, LinkOperation> ||
                      std::is_same_v<Type, UnlinkOperation> || std::is_same_v<Type, ForgetOperation>)
          apply(one);
      },
      operation);
}

void Space::apply(const StoreOperation& operation) {
  for (const EpisodeFields& episode : operation.episodes) {
    uint32_t ordinal = ordinalOf(episode.id);
    if (ordinal == kNoNode) {
      ordinal = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back();
      ordinals_.emplace(std::string(episode.id), ordinal);
    }
    Node& node = nodes_[ordinal];
    if (node.live) attributes_.remove(ordinal, node.at_ms, node.attributes);
    attributes_.add(ordinal, episode.at_ms, episode.attributes);
    const bool moved = node.embedding != episode.embedding;
    node = {std::string(episode.id),
            episode.at_ms,
            std::string(episode.content),
            Bytes(episode.attributes),
            Bytes(episode.embedding),
            episode.confidence,
            1,
            true};
    if (!moved) continue;
    index_.remove(ordinal);
    if (!episode.embedding.empty()) index_.add(ordinal, unit(floats(episode.embedding)));
  }
}

void Space::apply(const LinkOperation& operation) {
  const uint16_t relation = relationOf(operation.relation);
  for (const EdgeFields& edge : operation.edges)
    graph_.link(ordinalOf(edge.from), ordinalOf(edge.to), relation, edge.weight, operation.at_ms);
}

void Space::apply(const UnlinkOperation& operation) {
  const auto relation = relations_.find(operation.relation);
  if (relation == relations_.end()) return;
  for (const EdgeFields& edge : operation.edges) {
    const uint32_t from = ordinalOf(edge.from);
    const uint32_t to = ordinalOf(edge.to);
    if (from != kNoNode && to != kNoNode) graph_.unlink(from, to, relation->second);
  }
}

void Space::apply(const ForgetOperation& operation) {
  for (const View id : operation.ids) {
    const uint32_t ordinal = ordinalOf(id);
    if (ordinal == kNoNode) continue;
    if (operation.mode == ForgetMode::kSuppress) {
      nodes_[ordinal].strength *= operation.factor;
      continue;
    }
    index_.remove(ordinal);
    graph_.removeNode(ordinal);
    attributes_.remove(ordinal, nodes_[ordinal].at_ms, nodes_[ordinal].attributes);
    nodes_[ordinal] = {};
    ordinals_.erase(ordinals_.find(id));
  }
}

}  // namespace engram
