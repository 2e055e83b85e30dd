// Answers to cues: nearest vectors, spreading activation, traversal.
#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "base/phases.h"
#include "base/utf8.h"
#include "space/input.h"
#include "space/space.h"

namespace engram {

namespace {

/**
 * A filtered search either ranks each candidate of the filter, which is exact, or takes the nearest of all
 * until enough of them pass. The first costs as many exact products as there are candidates, the second a
 * walk that is as much wider as the filter is narrower. They break even at about this many times √(k ·
 * vectors): at 5,500 candidates among 100,000 passages of 384 dimensions.
 */
constexpr double kRankEachFactor = 5;
/** How many deviations more than k should pass, were the filter to know nothing of the cue. */
constexpr double kWalkMargin = 4;
constexpr double kWalkMostHits = 20'000;

bool better(const Hit& a, const Hit& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.ordinal < b.ordinal);
}

}  // namespace

Status Space::check(const RecallOptions& options) {
  if (options.k == 0 || options.k > kRecallMaxK)
    return Error::invalid("k is " + std::to_string(options.k),
                          "ask for 1 to " + std::to_string(kRecallMaxK) + " hits");
  return check_filter(options.filter);
}

Result<std::vector<Hit>> Space::recall(std::span<const float> query, const RecallOptions& options) const {
  const Timed timed(metrics_.of(Measured::kRecall));
  ENGRAM_TRY(check(options));
  ENGRAM_TRY(check_vector(query, settings_.dimension, "the cue"));
  const std::vector<float> cue = unit(query);
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  return search(cue, options);
}

std::vector<Hit> Space::search(std::span<const float> cue, const RecallOptions& options) const {
  thread_local SearchScratch scratch;
  std::vector<Hit> hits(options.k);
  SearchOptions how{.k = options.k,
                    .ef = options.ef,
                    .mode = options.exact ? SearchMode::kExact : SearchMode::kApproximate};
  if (options.filter.empty()) {
    hits.resize(index_.search(cue, how, scratch, hits));
    return hits;
  }
  const OrdinalSet selected = attributes_.select(options.filter);
  const auto passes = [&](uint32_t ordinal) {
    return selected.has(ordinal) && nodes_[ordinal].confidence >= options.filter.minimum_confidence;
  };
  const auto candidates = static_cast<double>(selected.count());
  const auto vectors = static_cast<double>(index_.size());
  if (!options.exact && candidates > kRankEachFactor * std::sqrt(options.k * vectors)) {
    const double widening = vectors / candidates;
    const double enough = options.k + kWalkMargin * std::sqrt(options.k);
    how.k = static_cast<uint32_t>(std::min(enough * widening, kWalkMostHits));
    how.ef = static_cast<uint32_t>(std::min(options.ef * widening, kWalkMostHits));
    hits.resize(how.k);
    hits.resize(index_.search(cue, how, scratch, hits));
    std::erase_if(hits, [&](const Hit& hit) { return !passes(hit.ordinal); });
    if (hits.size() > options.k) hits.resize(options.k);
    if (hits.size() == options.k) return hits;
    // What passes lies elsewhere: the filter and the cue have to do with each other.
  }
  hits.clear();
  const auto& kernels = bestKernels();
  selected.for_each([&](uint32_t ordinal) {
    if (index_.contains(ordinal) && passes(ordinal))
      hits.push_back({ordinal, kernels.dot(cue.data(), index_.vector(ordinal).data(), cue.size())});
  });
  const size_t count = std::min<size_t>(options.k, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(count), hits.end(), better);
  hits.resize(count);
  return hits;
}

Result<std::vector<Hit>> Space::recall(const RecallOptions& options) const {
  const Timed timed(metrics_.of(Measured::kRecall));
  ENGRAM_TRY(check(options));
  const RecallFilter& filter = options.filter;
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const OrdinalSet selected = attributes_.select(filter);
  std::vector<Hit> hits;
  attributes_.times().descend(
      filter.from_ms.value_or(-kTimeMaxMs), filter.until_ms.value_or(kTimeMaxMs),
      [&](const Column::Entry& entry) {
        if (selected.has(entry.ordinal) && nodes_[entry.ordinal].confidence >= filter.minimum_confidence)
          hits.push_back({entry.ordinal, 1});
        return hits.size() < options.k;
      });
  return hits;
}

Result<SpreadResult> Space::spread(const std::vector<std::pair<View, float>>& seeds,
                                   const SpreadOptions& options) const {
  const Timed timed(metrics_.of(Measured::kSpread));
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
  const Timed timed(metrics_.of(Measured::kReach));
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
