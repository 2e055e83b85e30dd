// Answers to cues: nearest vectors, spreading activation, traversal.
#include "base/limits.h"
#include "base/phases.h"
#include "base/utf8.h"
#include "space/input.h"
#include "space/space.h"

namespace engram {

Result<std::vector<Hit>> Space::recall(std::span<const float> query, const RecallOptions& options) const {
  if (options.k == 0 || options.k > kRecallMaxK)
    return Error::invalid("k is " + std::to_string(options.k),
                          "ask for 1 to " + std::to_string(kRecallMaxK) + " hits");
  ENGRAM_TRY(check_vector(query, settings_.dimension, "the cue"));
  const std::vector<float> cue = unit(query);
  thread_local SearchScratch scratch;
  std::vector<Hit> hits(options.k);
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  hits.resize(index_.search(cue,
                            {.k = options.k,
                             .ef = options.ef,
                             .mode = options.exact ? SearchMode::kExact : SearchMode::kApproximate},
                            scratch, hits));
  return hits;
}

Result<SpreadResult> Space::spread(const std::vector<std::pair<View, float>>& seeds,
                                   const SpreadOptions& options) const {
  if (seeds.empty() || seeds.size() > kSeedsMaxCount)
    return Error::invalid(std::to_string(seeds.size()) + " seeds",
                          "pass 1 to " + std::to_string(kSeedsMaxCount));
  if (options.depth == 0 || options.depth > kSpreadMaxDepth)
    return Error::invalid("depth is " + std::to_string(options.depth),
                          "use 1 to " + std::to_string(kSpreadMaxDepth));
  thread_local GraphScratch scratch;
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<Activation> from;
  for (const auto& [id, value] : seeds) {
    const uint32_t ordinal = ordinalOf(id);
    if (ordinal == kNoNode) return not_found(id);
    if (!(value > 0 && value <= 1))
      return Error::invalid("activation of seed " + quote_text(id) + " is " + std::to_string(value),
                            "pass a number above 0, at most 1");
    from.push_back({ordinal, value});
  }
  return graph_.spread(from, options, scratch);
}

Result<std::vector<uint32_t>> Space::reach(View id, uint32_t hops, Direction direction,
                                           std::optional<View> relation) const {
  if (hops == 0 || hops > kReachMaxHops)
    return Error::invalid("hops is " + std::to_string(hops), "use 1 to " + std::to_string(kReachMaxHops));
  thread_local GraphScratch scratch;
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const uint32_t ordinal = ordinalOf(id);
  if (ordinal == kNoNode) return not_found(id);
  ReachOptions options{.hops = hops, .direction = direction};
  if (relation) {
    const auto known = relations_.find(*relation);
    if (known == relations_.end()) return std::vector<uint32_t>{};
    options.relation = known->second;
  }
  const auto found = graph_.reach(ordinal, options, scratch);
  return std::vector<uint32_t>(found.begin(), found.end());
}

}  // namespace engram
