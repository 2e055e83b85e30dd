// The graph's truth for its tests: edges in a map, spreading and traversal as engine.md words them, without
// any care for speed. Slow and plain on purpose.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "graph/graph.h"

namespace engram::reference {

struct Edge {
  float weight;
  double at_ms;
  bool operator==(const Edge&) const = default;
};

/** (from, to, relation) → edge. */
using Edges = std::map<std::tuple<uint32_t, uint32_t, uint16_t>, Edge>;

inline void removeNode(Edges& edges, uint32_t node) {
  std::erase_if(edges, [&](const auto& edge) {
    return std::get<0>(edge.first) == node || std::get<1>(edge.first) == node;
  });
}

inline std::vector<std::pair<uint32_t, float>> outOf(const Edges& edges, uint32_t node) {
  std::vector<std::pair<uint32_t, float>> found;
  for (const auto& [key, edge] : edges)
    if (std::get<0>(key) == node) found.emplace_back(std::get<1>(key), edge.weight);
  return found;
}

struct Spread {
  std::map<uint32_t, float> total;
  bool truncated = false;
  uint64_t walked = 0;
};

/** A node passes on what arrived in the last step. f32 throughout and in the order of discovery, so that the
 * graph must agree to the bit. */
inline Spread spread(const Edges& edges, const std::vector<Activation>& seeds, const SpreadOptions& options) {
  Spread result;
  std::vector<uint32_t> order;
  std::map<uint32_t, float> arriving;
  const auto arrive = [&](uint32_t node, float amount) {
    if (!arriving.contains(node)) order.push_back(node);
    arriving[node] = arriving.contains(node) ? arriving[node] + amount : amount;
  };
  for (const Activation& seed : seeds) arrive(seed.ordinal, seed.value);
  for (const auto& [node, amount] : arriving) result.total[node] = amount;
  for (uint32_t depth = 1; depth <= options.depth && !order.empty() && !result.truncated; ++depth) {
    const float damp = std::exp(-options.decay * static_cast<float>(depth));
    std::vector<uint32_t> sources;
    std::map<uint32_t, float> source;
    std::swap(sources, order);
    std::swap(source, arriving);
    uint64_t ahead = 0;
    for (const uint32_t node : sources) ahead += outOf(edges, node).size();
    if (result.walked + ahead > options.arc_budget)
      std::sort(sources.begin(), sources.end(), [&](uint32_t a, uint32_t b) {
        return std::make_pair(-std::abs(source[a]), a) < std::make_pair(-std::abs(source[b]), b);
      });
    for (const uint32_t node : sources) {
      const auto arcs = outOf(edges, node);
      if (arcs.empty()) continue;
      const auto fan = static_cast<float>(arcs.size());
      const float share = options.fan == Fan::kNone     ? 1
                          : options.fan == Fan::kLinear ? 1 / fan
                                                        : 1 / std::sqrt(fan);
      const float leaves = source[node] * damp * share;
      if (std::abs(leaves) < options.cutoff) continue;
      if (result.walked + arcs.size() > options.arc_budget) {
        result.truncated = true;
        break;
      }
      result.walked += arcs.size();
      for (const auto& [to, weight] : arcs)
        if (std::abs(leaves * weight) >= options.cutoff) arrive(to, leaves * weight);
    }
    for (auto& [node, amount] : arriving) {
      if (result.total.contains(node)) amount *= options.revisit;
      result.total[node] = result.total.contains(node) ? result.total[node] + amount : amount;
    }
  }
  for (auto& [node, total] : result.total) total = std::clamp(total, -1.0F, 1.0F);
  return result;
}

inline std::set<uint32_t> reach(const Edges& edges, uint32_t seed, const ReachOptions& options) {
  std::set<uint32_t> reached = {seed};
  for (uint32_t hop = 0; hop < options.hops; ++hop) {
    const std::set<uint32_t> before = reached;
    for (const auto& [key, edge] : edges) {
      const auto [from, to, relation] = key;
      if (options.relation >= 0 && relation != options.relation) continue;
      if (options.direction != Direction::kIn && before.contains(from)) reached.insert(to);
      if (options.direction != Direction::kOut && before.contains(to)) reached.insert(from);
    }
  }
  reached.erase(seed);
  return reached;
}

/** A random graph and its truth, after links, links again, unlinks and removals: hubs, loops to itself,
 * several relations between the same two, negative weights. */
struct Twin {
  Graph graph;
  Edges edges;
};

inline Twin randomTwin(uint32_t seed, uint32_t nodes, int steps) {
  std::mt19937 random(seed);
  Twin twin;
  const auto node = [&] {
    // A third of all ends fall on few nodes.
    return static_cast<uint32_t>(random() % 3 == 0 ? random() % 4 : random() % nodes);
  };
  for (int step = 0; step < steps; ++step) {
    const uint32_t from = node();
    const uint32_t to = random() % 16 == 0 ? from : node();
    const auto relation = static_cast<uint16_t>(random() % 3);
    const uint32_t kind = random() % 64;
    if (kind == 0) {
      twin.graph.removeNode(from);
      removeNode(twin.edges, from);
    } else if (kind < 12) {
      twin.graph.unlink(from, to, relation);
      twin.edges.erase({from, to, relation});
    } else {
      const float weight = static_cast<float>(random() % 201) / 100.0F - 1.0F;
      twin.graph.link(from, to, relation, weight, step);
      twin.edges.insert_or_assign({from, to, relation}, Edge{weight, static_cast<double>(step)});
    }
    if (random() % 400 == 0) twin.graph = twin.graph.compacted();
  }
  return twin;
}

}  // namespace engram::reference
