// What an operation of the log does to the state: the same when it is written and when it is replayed.
#include <algorithm>

#include "base/mutant.h"
#include "space/input.h"
#include "space/space.h"

namespace engram {

void Space::apply(const Operation& operation, Sequence sequence) {
  std::visit(
      [&](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, StoreOperation>)
          this->apply(one, sequence);
        else if constexpr (requires { this->apply(one); })  // not what belongs in snapshots only
          this->apply(one);
      },
      operation);
}

void Space::apply(const StoreOperation& operation, Sequence sequence) {
  const auto& episodes = operation.episodes;
  for (size_t at = 0; at < episodes.size(); ++at) {
    if (at + kIdsAhead < episodes.size()) ids_.prefetch(episodes[at + kIdsAhead].id);
    const EpisodeFields& episode = episodes[at];
    const uint32_t ordinal = ids_.find_or_add(episode.id, static_cast<uint32_t>(nodes_.size()), id_of());
    if (ordinal == nodes_.size()) nodes_.emplace_back();
    Node& node = nodes_[ordinal];
    if (node.live) attributes_.remove(ordinal, node.at_ms, node.attributes);
    attributes_.add(ordinal, episode.at_ms, episode.attributes);
    const bool moved = node.embedding != episode.embedding;
    const uint64_t since = node.sequence;
    node = {std::string(episode.id),
            episode.at_ms,
            std::string(episode.content),
            Bytes(episode.attributes),
            Bytes(episode.embedding),
            episode.confidence,
            1,
            true};
    node.sequence = moved ? sequence : since;
    concepts_.refresh(ordinal);
    if (!moved) continue;
    concepts_.release(ordinal);
    index_.remove(ordinal);
    if (episode.embedding.empty()) continue;
    index_.add(ordinal, unit(floats(episode.embedding)));
    fresh_.push_back(ordinal);
  }
  settle_concepts();
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
    concepts_.release(ordinal);
    index_.remove(ordinal);
    graph_.removeNode(ordinal);
    attributes_.remove(ordinal, nodes_[ordinal].at_ms, nodes_[ordinal].attributes);
    ids_.remove(id, ordinal);
    nodes_[ordinal] = {};
  }
  if (!mutant(Mutant::kStaleCentroid)) settle_concepts();
}

void Space::apply(const TouchOperation& operation) {
  for (const View id : operation.ids) {
    const uint32_t ordinal = ordinalOf(id);
    if (ordinal == kNoNode) continue;
    Node& node = nodes_[ordinal];
    node.traces = traces_after(memory_.decay, access_of(node), operation.at_ms);
    ++node.access_count;
    node.last_access_ms = std::max(node.last_access_ms, operation.at_ms);
  }
}

void Space::apply(const BindOperation& operation) {
  std::vector<uint32_t> episodes;
  for (const View id : operation.ids) episodes.push_back(ordinalOf(id));
  concepts_.bind(operation.number, operation.at_ms, episodes);
  settle_concepts();
}

void Space::apply(const DissolveOperation& operation) {
  for (const uint32_t number : operation.numbers) concepts_.dissolve(number);
}

void Space::apply(const CycleOperation& operation) {
  ++cycles_.cycles;
  cycles_.last = operation;
  std::erase_if(fresh_, [&](uint32_t ordinal) { return nodes_[ordinal].sequence <= operation.through; });
}

void Space::apply(const MemoryOperation& operation) {
  memory_ = {operation.decay, Calibration(operation.calibration), Calibration(operation.completions)};
}

void Space::settle_concepts() {
  concepts_.settle(index_, [this](uint32_t ordinal) { return nodes_[ordinal].at_ms; });
}

}  // namespace engram
