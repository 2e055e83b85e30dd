// Writes from outside: checked, committed, and waited for as the durability asks.
#include "base/limits.h"
#include "base/phases.h"
#include "base/utf8.h"
#include "space/input.h"
#include "space/space.h"

namespace engram {

Result<Sequence> Space::store(const std::vector<EpisodeFields>& episodes, Durability durability) {
  if (episodes.empty()) return log_->position().sequence;
  if (episodes.size() > kBatchMaxItems)
    return Error{Code::kTooLarge, "the batch has " + std::to_string(episodes.size()) + " episodes",
                 "split it: a batch may have " + std::to_string(kBatchMaxItems)};
  for (const EpisodeFields& episode : episodes) ENGRAM_TRY(check_episode(episode, settings_.dimension));
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    StoreOperation operation;
    for (const EpisodeFields& episode : episodes) {
      const uint32_t ordinal = ordinalOf(episode.id);
      if (ordinal != kNoNode) {
        const Node& node = nodes_[ordinal];
        const bool same = node.at_ms == episode.at_ms && node.content == episode.content &&
                          node.attributes == episode.attributes && node.embedding == episode.embedding &&
                          node.confidence == episode.confidence;
        if (same) continue;
      }
      operation.episodes.push_back(episode);
    }
    // The same again: nothing to write, but what was written before must be durable before it is said again.
    sequence = log_->position().sequence;
    if (!operation.episodes.empty()) {
      auto committed = commit(operation);
      ENGRAM_TRY(committed);
      sequence = *committed;
    }
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

Result<Sequence> Space::link(const LinkOperation& edges, Durability durability) {
  ENGRAM_TRY(check_relation(edges.relation));
  for (const EdgeFields& edge : edges.edges)
    if (!(edge.weight >= -1 && edge.weight <= 1))
      return Error::invalid("weight of " + quote_text(edge.from) + " to " + quote_text(edge.to) + " is " +
                                std::to_string(edge.weight),
                            "pass a number from -1 to 1");
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    for (const EdgeFields& edge : edges.edges)
      for (const View id : {edge.from, edge.to})
        if (ordinalOf(id) == kNoNode) return not_found(id);
    auto committed = commit(edges);
    ENGRAM_TRY(committed);
    sequence = *committed;
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

Result<Sequence> Space::unlink(const UnlinkOperation& edges, Durability durability) {
  ENGRAM_TRY(check_relation(edges.relation));
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    auto committed = commit(edges);
    ENGRAM_TRY(committed);
    sequence = *committed;
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

Result<Sequence> Space::forget(const std::vector<View>& ids, Durability durability, ForgetMode mode,
                               float factor) {
  for (const View id : ids) ENGRAM_TRY(check_id(id));
  if (mode == ForgetMode::kSuppress && !(factor > 0 && factor < 1))
    return Error::invalid("factor is " + std::to_string(factor), "pass a number between 0 and 1");
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    auto committed = commit(ForgetOperation{mode, factor, ids});
    ENGRAM_TRY(committed);
    sequence = *committed;
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

}  // namespace engram
