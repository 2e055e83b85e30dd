// Spreading activation as a thresholded forward push (Andersen, Chung & Lang 2006): a node whose share per
// edge is below the cut-off is not expanded, and the arcs walked are bounded. Nodes reached lie side by side
// in the order they were found; one mark per ordinal says where, so that an arc costs one random access.
#include <algorithm>
#include <cmath>

#include "graph/graph.h"

namespace engram {
namespace {

using Entry = GraphScratch::Entry;

float share(Fan fan, uint32_t edges) {
  const auto n = static_cast<float>(edges);
  switch (fan) {
    case Fan::kNone:
      return 1;
    case Fan::kLinear:
      return 1 / n;
    case Fan::kSquareRoot:
      return 1 / std::sqrt(n);
  }
  return 1;
}

template <typename Value>
void ensure(std::vector<Value>& values, size_t size) {
  if (values.size() < size) values.resize(std::max(size, values.size() * 2));
}

/** One call's state over the scratch. */
class Push {
 public:
  Push(const Adjacency& out, const SpreadOptions& options, GraphScratch& scratch, uint32_t nodes)
      : out_(out), options_(options), scratch_(scratch) {
    if (scratch_.marks.size() < nodes) scratch_.marks.resize(nodes, {0, 0});
    if (++scratch_.call == 0) {
      std::fill(scratch_.marks.begin(), scratch_.marks.end(), GraphScratch::Mark{0, 0});
      scratch_.call = 1;
    }
  }

  void seed(std::span<const Activation> seeds) {
    makeRoom(seeds.size());
    for (const Activation& seed : seeds) arrive(seed.ordinal, seed.value, 0);
    settle(0);
  }

  /** False when the budget ended it. */
  bool step(uint32_t depth) {
    const float damp = std::exp(-options_.decay * static_cast<float>(depth));
    const uint32_t known = entries_;
    auto& frontier = scratch_.frontier;
    uint64_t arcs = 0;
    for (const Activation& source : frontier) arcs += out_.count(source.ordinal);
    const bool scarce = walked_ + arcs > options_.arc_budget;
    if (scarce)
      std::sort(frontier.begin(), frontier.end(), [](const Activation& a, const Activation& b) {
        const float left = std::abs(a.value);
        const float right = std::abs(b.value);
        return left > right || (left == right && a.ordinal < b.ordinal);
      });
    bool whole = true;
    for (size_t at = 0; at < frontier.size() && whole; ++at) {
      if (at + kPrefetchAhead < frontier.size()) out_.prefetch(frontier[at + kPrefetchAhead].ordinal);
      whole = expand(frontier[at], damp, depth);
    }
    settle(known);
    return whole;
  }

  bool exhausted() const { return scratch_.frontier.empty(); }
  uint64_t walked() const { return walked_; }
  std::span<const Entry> entries() const { return {scratch_.entries.data(), entries_}; }

 private:
  void makeRoom(size_t more) {
    ensure(scratch_.entries, entries_ + more);
    ensure(scratch_.next, nexts_ + more);
  }

  void arrive(uint32_t node, float amount, uint32_t step) {
    GraphScratch::Mark& mark = scratch_.marks[node];
    if (mark.call != scratch_.call) {
      mark = {scratch_.call, entries_};
      scratch_.entries[entries_] = {node, 0, amount, step};
      scratch_.next[nexts_++] = entries_++;
      return;
    }
    Entry& entry = scratch_.entries[mark.entry];
    if (entry.step == step) {
      entry.arriving += amount;
      return;
    }
    entry.step = step;
    entry.arriving = amount;
    scratch_.next[nexts_++] = mark.entry;
  }

  bool expand(const Activation& source, float damp, uint32_t depth) {
    const Arcs arcs = out_.arcs(source.ordinal);
    if (arcs.empty()) return true;
    const float leaves = source.value * damp * share(options_.fan, static_cast<uint32_t>(arcs.size()));
    if (std::abs(leaves) < options_.cutoff) return true;  // no weight is above 1
    if (walked_ + arcs.size() > options_.arc_budget) return false;
    walked_ += arcs.size();
    makeRoom(arcs.size());
    const auto targets = arcs.targets();
    const auto weights = arcs.weights();
    for (size_t at = 0; at < targets.size(); ++at) {
      const float amount = leaves * weights[at];
      if (std::abs(amount) >= options_.cutoff) arrive(targets[at], amount, depth);
    }
    return true;
  }

  /** Ends a step: what arrived counts, and is what its node passes on. Entries below `known` are revisits. */
  void settle(uint32_t known) {
    auto& frontier = scratch_.frontier;
    frontier.clear();
    for (size_t at = 0; at < nexts_; ++at) {
      Entry& entry = scratch_.entries[scratch_.next[at]];
      const float amount = scratch_.next[at] < known ? entry.arriving * options_.revisit : entry.arriving;
      entry.total += amount;
      frontier.push_back({entry.ordinal, amount});
    }
    nexts_ = 0;
  }

  const Adjacency& out_;
  const SpreadOptions& options_;
  GraphScratch& scratch_;
  uint32_t entries_ = 0;
  size_t nexts_ = 0;
  uint64_t walked_ = 0;
};

}  // namespace

SpreadView Graph::activate(std::span<const Activation> seeds, const SpreadOptions& options,
                           GraphScratch& scratch) const {
  uint32_t nodes = std::max(out_.nodes(), in_.nodes());
  for (const Activation& seed : seeds) nodes = std::max(nodes, seed.ordinal + 1);
  Push push(out_, options, scratch, nodes);
  push.seed(seeds);
  bool whole = true;
  const uint32_t depth = std::min(options.depth, kMaxDepth);
  for (uint32_t d = 1; d <= depth && whole && !push.exhausted(); ++d) whole = push.step(d);

  auto& active = scratch.active;
  active.clear();
  for (const Entry& entry : push.entries()) active.push_back({entry.ordinal, entry.total});
  const auto stronger = [](const Activation& a, const Activation& b) {
    return a.value > b.value || (a.value == b.value && a.ordinal < b.ordinal);
  };
  const size_t wanted = options.limit == 0 ? active.size() : std::min<size_t>(options.limit, active.size());
  if (wanted == active.size())
    std::sort(active.begin(), active.end(), stronger);
  else
    std::partial_sort(active.begin(), active.begin() + static_cast<ptrdiff_t>(wanted), active.end(),
                      stronger);
  // Ranked by the sum, told as min(1, sum): who is saturated still has a rank.
  for (size_t at = 0; at < wanted; ++at) active[at].value = std::clamp(active[at].value, -1.0F, 1.0F);
  scratch.arcs = push.walked();
  return {{active.data(), wanted}, !whole};
}

SpreadResult Graph::spread(std::span<const Activation> seeds, const SpreadOptions& options,
                           GraphScratch& scratch) const {
  const SpreadView view = activate(seeds, options, scratch);
  return {{view.active.begin(), view.active.end()}, view.truncated};
}

}  // namespace engram
