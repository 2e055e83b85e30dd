// Point reads, ordered reads, and counts.
#include <algorithm>
#include <tuple>

#include "base/mutant.h"
#include "base/phases.h"
#include "space/input.h"
#include "space/space.h"

namespace engram {

Episode Space::episode_of(const Node& node) const {
  return {node.id,
          floats(node.embedding),
          node.at_ms,
          node.content,
          decode_attributes(node.attributes).value_or(Attributes{}),
          node.confidence,
          node.strength,
          node.access_count,
          node.last_access_ms,
          node.traces};
}

std::optional<Episode> Space::get(View id) const {
  const Timed timed(metrics_.of(Measured::kGet));
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const uint32_t ordinal = ordinalOf(id);
  if (ordinal == kNoNode) return std::nullopt;
  return episode_of(nodes_[ordinal]);
}

std::vector<Episode> Space::scan(View after, size_t limit) const {
  const Timed timed(metrics_.of(Measured::kScan));
  // The first scan brings all ids into order: in pieces, so that writers need not wait for the whole.
  for (bool left = true; left;) {
    const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
    left = ids_.order_some(kIdsOrderedPerHold, id_of());
  }
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<Episode> found;
  for (const uint32_t ordinal : ids_.page(after, limit, id_of()))
    found.push_back(episode_of(nodes_[ordinal]));
  return found;
}

TimePage Space::scan_time(double from_ms, double until_ms, const std::optional<TimeCursor>& after,
                          size_t limit) const {
  const Timed timed(metrics_.of(Measured::kScan));
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  TimePage page;
  std::optional<TimeCursor> last;
  Column::Entry first{from_ms, 0};
  if (after) first = std::max(first, Column::Entry{after->at_ms, after->ordinal + 1});
  attributes_.times().ascend(first, until_ms, [&](const Column::Entry& entry) {
    if (page.episodes.size() >= limit) {
      page.next = last;
      return false;
    }
    page.episodes.push_back(episode_of(nodes_[entry.ordinal]));
    last = TimeCursor{entry.value, entry.ordinal};
    return true;
  });
  return page;
}

Result<std::unique_ptr<Watch>> Space::watch(Sequence first) {
  const Sequence next = log_->position().sequence + 1;
  if (first == 0 || first > next)
    return Error::invalid("sequence " + std::to_string(first) + " is not one of this space",
                          "watch from 1 to " + std::to_string(next) + ", the next that will be written");
  LogReader reader(disk_, directory_, uuid_);
  ENGRAM_TRY(reader.seek(first));
  return std::make_unique<Watch>(*log_, std::move(reader));
}

std::vector<Edge> Space::edges(View id) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<Edge> found;
  const uint32_t ordinal = ordinalOf(id);
  if (ordinal == kNoNode) return found;
  std::vector<View> names(relations_.size());
  for (const auto& [name, number] : relations_) names[number] = name;
  for (const Arc& arc : graph_.out(ordinal))
    found.push_back({nodes_[arc.target].id, std::string(names[arc.relation]), arc.weight, arc.at_ms});
  std::sort(found.begin(), found.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.relation, a.to) < std::tie(b.relation, b.to);
  });
  return found;
}

std::vector<std::string> Space::ids(std::span<const uint32_t> ordinals) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<std::string> found;
  found.reserve(ordinals.size());
  for (const uint32_t ordinal : ordinals)
    found.push_back(ordinal < nodes_.size() ? nodes_[ordinal].id : std::string());
  return found;
}

std::vector<std::pair<std::string_view, HistogramCounts>> Space::metrics() const {
  std::vector<std::pair<std::string_view, HistogramCounts>> all;
  for (size_t i = 0; i < kMeasuredNames.size(); ++i)
    all.emplace_back(kMeasuredNames[i], metrics_.of(static_cast<Measured>(i)).read());
  all.emplace_back("sync", log_->sync_latency().read());
  return all;
}

SpaceStats Space::stats() const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const MemoryUse memory = index_.memory();
  return {ids_.size(),          index_.size(),      graph_.edges(), concepts_.size(),
          concepts_.bindings(), cycles_.cycles,     fresh_.size(),  index_.owed(),
          memory.vectors_bytes, memory.graph_bytes, keys_.size(),   log_->stats()};
}

AccessState Space::access_of(const Node& node) const {
  const bool fresh = node.access_count == 0 || mutant(Mutant::kDecaySinceStored);
  return {fresh ? node.at_ms : node.last_access_ms, node.access_count, node.traces};
}

}  // namespace engram
