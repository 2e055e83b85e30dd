// The weighted graph: typed, directed edges between ordinals, indexed both ways; bounded spreading
// activation (Collins & Loftus 1975, with the fan effect of Anderson 1974) and traversal. In memory only,
// deterministic. One writer or many readers at a time: the caller locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace engram {

struct Arc {
  uint32_t target;
  float weight;  // [-1, 1]; negative inhibits
  uint16_t relation;
};

enum class Fan : uint8_t { kNone, kLinear, kSquareRoot };

struct Activation {
  uint32_t ordinal;
  float value;
};

struct SpreadOptions {
  uint32_t depth = 4;               // at most kMaxDepth
  float cutoff = 0.01F;             // what arrives below it is not passed on
  float decay = 0.7F;               // a step at depth d is multiplied by e^(-decay·d)
  float revisit = 0.93F;            // what reaches a node again is multiplied by it
  Fan fan = Fan::kLinear;           // what leaves a node is shared among its edges
  uint32_t arc_budget = 1'000'000;  // arcs walked at most: bounds the latency
};

struct SpreadResult {
  std::vector<Activation> active;  // strongest first, ties by ordinal; seeds included
  bool truncated = false;          // the budget ended it
};

enum class Direction : uint8_t { kOut, kIn };

struct ReachOptions {
  uint32_t hops = 1;
  Direction direction = Direction::kOut;
  int32_t relation = -1;  // -1: any
};

/** A traversal's own memory, reused from call to call by one thread. */
struct GraphScratch {
  std::vector<float> value;
  std::vector<uint32_t> seen;
  uint32_t epoch = 0;
};

class Graph {
 public:
  static constexpr uint32_t kMaxDepth = 6;

  /** Adds the edge, or sets its weight when (from, to, relation) is there. True when it is new. */
  bool link(uint32_t from, uint32_t to, uint16_t relation, float weight);
  /** True when the edge was there. */
  bool unlink(uint32_t from, uint32_t to, uint16_t relation);
  /** Removes every edge that touches the node. */
  void removeNode(uint32_t node);

  std::span<const Arc> out(uint32_t node) const;
  std::span<const Arc> in(uint32_t node) const;
  size_t edges() const { return edges_; }

  SpreadResult spread(std::span<const Activation> seeds, const SpreadOptions& options,
                      GraphScratch& scratch) const;
  /** Distinct nodes 1…hops edges from the seed, without it, in order of discovery. */
  std::vector<uint32_t> reach(uint32_t seed, const ReachOptions& options, GraphScratch& scratch) const;

 private:
  std::vector<std::vector<Arc>> out_;
  std::vector<std::vector<Arc>> in_;
  size_t edges_ = 0;
};

}  // namespace engram
