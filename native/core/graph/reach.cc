// Typed traversal: distinct nodes within a few hops, breadth first. Visited nodes are bits, so that those of
// a hundred thousand nodes stay in the innermost cache; the bits are cleared by what was found.
#include <algorithm>

#include "graph/graph.h"

namespace engram {
namespace {

class Visit {
 public:
  Visit(GraphScratch& scratch, uint32_t nodes) : scratch_(scratch) {
    const size_t words = (size_t{nodes} + 63) / 64;
    if (scratch_.visited.size() < words) scratch_.visited.resize(words, 0);
  }

  void expand(const Arcs& arcs, int32_t relation) {
    if (scratch_.found.size() < found_ + arcs.size())
      scratch_.found.resize(std::max(found_ + arcs.size(), scratch_.found.size() * 2));
    arcs_ += arcs.size();
    const auto targets = arcs.targets();
    if (relation < 0) {
      for (const uint32_t target : targets) add(target);
      return;
    }
    const auto relations = arcs.relations();
    for (size_t at = 0; at < targets.size(); ++at)
      if (relations[at] == relation) add(targets[at]);
  }

  void mark(uint32_t node) { scratch_.visited[node / 64] |= uint64_t{1} << (node % 64); }

  /** Written whether new or not: a guess at a branch would be wrong too often. */
  void add(uint32_t node) {
    uint64_t& word = scratch_.visited[node / 64];
    const uint64_t bit = uint64_t{1} << (node % 64);
    scratch_.found[found_] = node;
    found_ += (word & bit) == 0 ? 1 : 0;
    word |= bit;
  }

  std::span<const uint32_t> found() const { return {scratch_.found.data(), found_}; }

  std::span<const uint32_t> end(uint32_t seed) {
    for (const uint32_t node : found()) scratch_.visited[node / 64] = 0;
    scratch_.visited[seed / 64] = 0;
    scratch_.arcs = arcs_;
    return found();
  }

 private:
  GraphScratch& scratch_;
  size_t found_ = 0;
  uint64_t arcs_ = 0;
};

}  // namespace

std::span<const uint32_t> Graph::reach(uint32_t seed, const ReachOptions& options,
                                       GraphScratch& scratch) const {
  Visit visit(scratch, std::max({out_.nodes(), in_.nodes(), seed + 1}));
  visit.mark(seed);
  const bool outwards = options.direction != Direction::kIn;
  const bool inwards = options.direction != Direction::kOut;
  const auto expand = [&](uint32_t node) {
    if (outwards) visit.expand(out_.arcs(node), options.relation);
    if (inwards) visit.expand(in_.arcs(node), options.relation);
  };
  const auto prefetch = [&](uint32_t node) {
    if (outwards) out_.prefetch(node);
    if (inwards) in_.prefetch(node);
  };
  size_t from = 0;
  for (uint32_t hop = 0; hop < options.hops; ++hop) {
    const size_t to = visit.found().size();
    if (hop == 0) expand(seed);
    for (; from < to; ++from) {
      if (from + kPrefetchAhead < to) prefetch(visit.found()[from + kPrefetchAhead]);
      expand(visit.found()[from]);
    }
  }
  return visit.end(seed);
}

}  // namespace engram
