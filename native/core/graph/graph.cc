#include "graph/graph.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace engram {
namespace {

auto find(std::vector<Arc>& arcs, uint32_t target, uint16_t relation) {
  return std::find_if(arcs.begin(), arcs.end(),
                      [&](const Arc& arc) { return arc.target == target && arc.relation == relation; });
}

bool erase(std::vector<Arc>& arcs, uint32_t target, uint16_t relation) {
  const auto arc = find(arcs, target, relation);
  if (arc == arcs.end()) return false;
  arcs.erase(arc);
  return true;
}

float share(Fan fan, size_t edges) {
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

void begin(GraphScratch& scratch, size_t nodes) {
  if (scratch.seen.size() < nodes) {
    scratch.seen.resize(nodes, 0);
    scratch.value.resize(nodes, 0);
  }
  if (++scratch.epoch == 0) {
    std::fill(scratch.seen.begin(), scratch.seen.end(), 0);
    scratch.epoch = 1;
  }
}

}  // namespace

bool Graph::link(uint32_t from, uint32_t to, uint16_t relation, float weight) {
  assert(weight >= -1 && weight <= 1);
  const size_t nodes = static_cast<size_t>(std::max(from, to)) + 1;
  if (out_.size() < nodes) {
    out_.resize(nodes);
    in_.resize(nodes);
  }
  const auto there = find(out_[from], to, relation);
  if (there != out_[from].end()) {
    there->weight = weight;
    find(in_[to], from, relation)->weight = weight;
    return false;
  }
  out_[from].push_back({to, weight, relation});
  in_[to].push_back({from, weight, relation});
  ++edges_;
  return true;
}

bool Graph::unlink(uint32_t from, uint32_t to, uint16_t relation) {
  if (from >= out_.size() || to >= out_.size() || !erase(out_[from], to, relation)) return false;
  const bool both = erase(in_[to], from, relation);
  assert(both);
  static_cast<void>(both);
  --edges_;
  return true;
}

void Graph::removeNode(uint32_t node) {
  if (node >= out_.size()) return;
  while (!out_[node].empty()) unlink(node, out_[node].back().target, out_[node].back().relation);
  while (!in_[node].empty()) unlink(in_[node].back().target, node, in_[node].back().relation);
}

std::span<const Arc> Graph::out(uint32_t node) const {
  return node < out_.size() ? std::span<const Arc>(out_[node]) : std::span<const Arc>();
}

std::span<const Arc> Graph::in(uint32_t node) const {
  return node < in_.size() ? std::span<const Arc>(in_[node]) : std::span<const Arc>();
}

// Breadth by depth: what arrives at a node in one step is summed and passed on in the next, so the result
// does not depend on the order of arcs but for rounding.
SpreadResult Graph::spread(std::span<const Activation> seeds, const SpreadOptions& options,
                           GraphScratch& scratch) const {
  size_t nodes = out_.size();
  for (const Activation& seed : seeds) nodes = std::max(nodes, static_cast<size_t>(seed.ordinal) + 1);
  begin(scratch, nodes);
  SpreadResult result;
  std::vector<uint32_t> touched;
  std::vector<Activation> frontier;
  const auto arrive = [&](uint32_t node, float amount) {
    if (scratch.seen[node] != scratch.epoch) {
      scratch.seen[node] = scratch.epoch;
      scratch.value[node] = amount;
      touched.push_back(node);
      return amount;
    }
    const float again = amount * options.revisit;
    scratch.value[node] += again;
    return again;
  };
  for (const Activation& seed : seeds) frontier.push_back({seed.ordinal, arrive(seed.ordinal, seed.value)});

  uint32_t walked = 0;
  const uint32_t depth = std::min(options.depth, kMaxDepth);
  for (uint32_t d = 1; d <= depth && !frontier.empty() && !result.truncated; ++d) {
    const float damp = std::exp(-options.decay * static_cast<float>(d));
    std::vector<Activation> next;
    for (const Activation& source : frontier) {
      const auto arcs = out(source.ordinal);
      if (arcs.empty()) continue;
      if (walked + arcs.size() > options.arc_budget) {
        result.truncated = true;
        break;
      }
      walked += static_cast<uint32_t>(arcs.size());
      const float leaves = source.value * damp * share(options.fan, arcs.size());
      for (const Arc& arc : arcs) {
        const float amount = leaves * arc.weight;
        if (std::abs(amount) < options.cutoff) continue;
        next.push_back({arc.target, arrive(arc.target, amount)});
      }
    }
    // One entry per node: what came along several arcs goes on as one.
    std::sort(next.begin(), next.end(),
              [](const Activation& a, const Activation& b) { return a.ordinal < b.ordinal; });
    frontier.clear();
    for (const Activation& entry : next) {
      if (!frontier.empty() && frontier.back().ordinal == entry.ordinal)
        frontier.back().value += entry.value;
      else
        frontier.push_back(entry);
    }
  }
  for (const uint32_t node : touched)
    result.active.push_back({node, std::clamp(scratch.value[node], -1.0F, 1.0F)});
  std::sort(result.active.begin(), result.active.end(), [](const Activation& a, const Activation& b) {
    return a.value > b.value || (a.value == b.value && a.ordinal < b.ordinal);
  });
  return result;
}

std::vector<uint32_t> Graph::reach(uint32_t seed, const ReachOptions& options, GraphScratch& scratch) const {
  begin(scratch, std::max(out_.size(), static_cast<size_t>(seed) + 1));
  std::vector<uint32_t> found;
  scratch.seen[seed] = scratch.epoch;
  size_t from = 0;
  const auto expand = [&](uint32_t node) {
    for (const Arc& arc : options.direction == Direction::kOut ? out(node) : in(node)) {
      if (options.relation >= 0 && arc.relation != options.relation) continue;
      if (scratch.seen[arc.target] == scratch.epoch) continue;
      scratch.seen[arc.target] = scratch.epoch;
      found.push_back(arc.target);
    }
  };
  for (uint32_t hop = 0; hop < options.hops; ++hop) {
    const size_t to = found.size();
    if (hop == 0) expand(seed);
    for (; from < to; ++from) expand(found[from]);
  }
  return found;
}

}  // namespace engram
